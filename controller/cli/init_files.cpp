#include "controller/cli/init_files.h"

#include <fmt/format.h>

#include "controller/import/yaml_text.h"

namespace plumb::cli {
namespace {

using importing::scalar;

/// A text of a `spec`, in which `${` would begin a variable.
std::string text_scalar(const std::string& text) {
  return importing::value_scalar(text, false);
}

std::string schema_hint(const char* depth, const char* kind) {
  return fmt::format("# yaml-language-server: $schema={}.schemas/{}.schema.json\n", depth, kind);
}

std::string document(const char* kind, const std::string& name) {
  return fmt::format(
      "apiVersion: plumb/v1\nkind: {}\nmetadata: {{name: {}}}\nspec:\n", kind, scalar(name));
}

bool does_mail(const Answers& answers) {
  return !answers.hostname.empty();
}

NewFile project(const Answers& answers) {
  return {"plumb.yaml",
          schema_hint("", "project") + document("Project", answers.name) +
              "  manifests: [providers.yaml, profiles, domains]\n"
              "  drift: report   # `heal` puts right what changes outside of git\n"};
}

std::string mail_server(const Answers& answers) {
  std::string addresses;
  for (const auto& address : answers.addresses) {
    addresses += fmt::format("{}\"{}\"", addresses.empty() ? "" : ", ", address);
  }
  return "---\n"
         "# The machine that receives and sends the mail. Its A, AAAA, MX and SPF follow from "
         "here.\n" +
         document("Server", "mx1") +
         fmt::format("  provider: static\n  hostname: {}\n  addresses: [{}]\n",
                     text_scalar(answers.hostname),
                     addresses) +
         "---\n"
         "# Its Postfix and Dovecot read what is written here.\n" +
         document("Provider", "mailhost") +
         "  type: postfix-dovecot\n"
         "  directory: mail\n"
         "  dkim: {directory: mail/dkim}\n";
}

NewFile providers(const Answers& answers) {
  std::string text = schema_hint("", "provider");
  if (answers.powerdns) {
    text += document("Provider", "dns") +
            fmt::format(
                "  type: powerdns\n"
                "  endpoint: {}\n"
                "  auth: {{apiKey: {{env: PDNS_API_KEY}}}}   # a secret is never written here\n",
                text_scalar(answers.endpoint));
  } else {
    text += "# Master files that NSD, BIND, Knot and PowerDNS all serve. No account is needed.\n" +
            document("Provider", "dns") + "  type: zonefile\n  directory: zones\n";
  }
  return {"providers.yaml", text + (does_mail(answers) ? mail_server(answers) : "")};
}

NewFile profile(const Answers& answers) {
  std::string text = schema_hint("../", "profile") +
                     "# What your domains share. A domain adds to it and overrides it.\n" +
                     document("Profile", "standard") +
                     "  dns:\n"
                     "    providers: [dns]\n"
                     "    defaultTTL: 3600\n";
  if (does_mail(answers)) {
    text +=
        "  mail:\n"
        "    provider: mailhost\n"
        "    servers:\n"
        "      - {name: mx1, priority: 10, roles: [mx, outbound, client]}\n"
        "    dkim: {selector: default, algorithm: rsa, bits: 2048}\n"
        "    spf: {all: fail}\n"
        "    dmarc: {policy: none, rua: [\"mailto:postmaster@${domain}\"]}   # then quarantine, "
        "then "
        "reject\n"
        "    tlsRpt: {rua: [\"mailto:postmaster@${domain}\"]}\n"
        "    autoconfig: true\n";
  } else {
    text +=
        "  mail: {none: true}   # neither sends nor receives; see `plumb explain Domain.mail`\n";
  }
  return {"profiles/standard.yaml", text};
}

std::string password_path(const std::string& address) {
  return "secrets/" + address;
}

NewFile domain(const Answers& answers, const std::string& name, bool first) {
  std::string text =
      schema_hint("../", "domain") + document("Domain", name) + "  profiles: [standard]\n";
  const auto own = [&](const std::string& address) { return address.ends_with("@" + name); };
  std::string receiver;
  for (const auto& address : answers.mailboxes) {
    if (receiver.empty() && own(address)) {
      receiver = address.substr(0, address.find('@'));
    }
  }
  if (does_mail(answers) && !receiver.empty() && receiver != "postmaster") {
    text += fmt::format("  aliases: {{postmaster: [{0}], abuse: [{0}]}}\n", text_scalar(receiver));
  }
  if (first) {
    text +=
        "  # records:\n"
        "  #   - {name: www, type: CNAME, value: \"@\"}\n";
  }
  for (const auto& address : answers.mailboxes) {
    if (own(address)) {
      text += "---\n" + document("Mailbox", address) +
              fmt::format("  quota: 2GiB\n  password: {{file: {}}}\n",
                          text_scalar(password_path(address)));
    }
  }
  return {"domains/" + name + ".yaml", text};
}

}  // namespace

std::vector<NewFile> project_files(const Answers& answers) {
  std::vector<NewFile> files{project(answers), providers(answers), profile(answers)};
  bool first = true;
  for (const auto& name : answers.domains) {
    files.push_back(domain(answers, name, first));
    first = false;
  }
  files.push_back(git_ignore());
  return files;
}

NewFile git_ignore() {
  return {".gitignore",
          "# Plumb's memory and secrets do not belong into git.\n.plumb/\nsecrets/\n"};
}

}  // namespace plumb::cli
