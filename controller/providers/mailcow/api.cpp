#include "controller/providers/mailcow/api.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "controller/providers/json_answer.h"

namespace plumb::providers::mailcow {
namespace {

/// Listing ten thousand mailboxes, or deleting one among them, takes the server its time.
constexpr std::chrono::seconds kTimeout{600};
constexpr std::string_view kPath = "/api/v1/";
constexpr std::size_t kLongestText = 300;

/// What the server's words mean. What has no effect named is said before anything is done.
struct Meaning {
  std::string_view key;
  ErrorCode is;
  ErrorCategory category;
  const char* hint;
};

constexpr auto* kThere = "somebody made it since it was read: plan again";
constexpr auto* kBeside =
    "Mailcow has no alias beside a mailbox or an alias of the same address: give one of them "
    "another name";
constexpr auto* kCount =
    "raise the domain's limit on the server, where it was made with fewer; new ones are made with "
    "what the provider's newDomains says";
constexpr auto* kQuota =
    "give the domain more with mail.quota, or the mailbox less; what one mailbox may have is a "
    "limit of its domain on the server";
constexpr auto* kPassword =
    "the server's password policy refuses it: choose another, or change the policy there";
constexpr auto* kGone = "it is not there any more, or this key may not touch it: plan again";

constexpr auto kMeanings = std::to_array<Meaning>({
    {"domain_exists", ErrorCode::conflict, ErrorCategory::conflict, kThere},
    {"object_exists", ErrorCode::conflict, ErrorCategory::conflict, kThere},
    {"alias_domain_invalid", ErrorCode::conflict, ErrorCategory::conflict, kThere},
    {"is_alias_or_mailbox", ErrorCode::conflict, ErrorCategory::conflict, kBeside},
    {"is_alias", ErrorCode::conflict, ErrorCategory::conflict, kBeside},
    {"is_spam_alias", ErrorCode::conflict, ErrorCategory::conflict, kBeside},
    {"max_mailbox_exceeded", ErrorCode::invalid_input, ErrorCategory::validation, kCount},
    {"max_alias_exceeded", ErrorCode::invalid_input, ErrorCategory::validation, kCount},
    {"mailbox_quota_exceeded", ErrorCode::invalid_input, ErrorCategory::validation, kQuota},
    {"mailbox_quota_left_exceeded", ErrorCode::invalid_input, ErrorCategory::validation, kQuota},
    {"mailbox_quota_exceeds_domain_quota",
     ErrorCode::invalid_input,
     ErrorCategory::validation,
     kQuota},
    {"max_quota_in_use", ErrorCode::invalid_input, ErrorCategory::validation, kQuota},
    {"domain_quota_m_in_use", ErrorCode::invalid_input, ErrorCategory::validation, kQuota},
    {"password_complexity", ErrorCode::invalid_input, ErrorCategory::validation, kPassword},
    {"sender_acl_invalid",
     ErrorCode::invalid_input,
     ErrorCategory::validation,
     "sendAs takes addresses of domains that this server has"},
    {"dkim_domain_or_sel_invalid",
     ErrorCode::conflict,
     ErrorCategory::conflict,
     "the domain has a key, and Mailcow keeps one for each: plan again"},
    {"domain_not_empty",
     ErrorCode::conflict,
     ErrorCategory::conflict,
     "the domain has mailboxes or resources that nobody declared: look at the server"},
    {"access_denied", ErrorCode::not_found, ErrorCategory::not_found, kGone},
    {"domain_invalid", ErrorCode::not_found, ErrorCategory::not_found, kGone},
    {"alias_invalid", ErrorCode::not_found, ErrorCategory::not_found, kGone},
    {"domain_not_found", ErrorCode::not_found, ErrorCategory::not_found, kGone},
});

/// Keys of what failed on its way, with who knows what done before.
bool is_accident(std::string_view key) {
  return key.empty() || key.ends_with("_error") || key.find(' ') != std::string_view::npos;
}

std::string path_of(const env::HttpRequest& request, std::string_view endpoint) {
  return request.url.substr(endpoint.size());
}

std::string word_of(const Json& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string type_of(const Json& entry) {
  const auto* type = text_in(entry, "type");
  return type != nullptr ? *type : std::string();
}

Said said_of(const Json& entry) {
  Said said;
  const auto type = type_of(entry);
  said.good = type == "success" || type == "info";
  said.bad = type == "danger" || type == "error";
  const auto* msg = member(entry, "msg");
  if (msg != nullptr && msg->is_array() && !msg->empty()) {
    said.key = word_of(msg->front());
    for (auto arg = msg->begin() + 1; arg != msg->end(); ++arg) {
      said.args.push_back(word_of(*arg));
    }
  } else if (msg != nullptr) {
    said.key = word_of(*msg);
  }
  return said;
}

std::string text_of(const Said& said) {
  return fmt::format("{}{}{}", said.key, said.args.empty() ? "" : " ", fmt::join(said.args, " "));
}

/// "mailbox_quota_exceeded 200; ..." of what is not good; of everything where all is.
std::string text_of(const std::vector<Said>& all) {
  std::string out;
  const bool any_bad =
      std::any_of(all.begin(), all.end(), [](const Said& said) { return !said.good; });
  for (const auto& said : all) {
    if (!any_bad || !said.good) {
      out.append(out.empty() ? "" : "; ").append(text_of(said));
    }
  }
  return out;
}

Error no_sense(std::string_view whence, std::string_view what, Effect effect) {
  return {.code = ErrorCode::internal,
          .message = fmt::format("{}: {}", whence, what),
          .hint =
              "look at the server's own log (php-fpm-mailcow), and whether this provider's "
              "endpoint is a Mailcow",
          .category = ErrorCategory::server,
          .effect = effect};
}

/// What an answer comes to that does not say that all was done.
Error not_done(const std::string& call,
               const std::vector<Said>& all,
               bool is_object,
               const std::string& text) {
  const bool all_bad = std::all_of(all.begin(), all.end(), [](auto& said) { return said.bad; });
  const auto& first = all.front();
  if (!all_bad || is_accident(first.key)) {
    // Half of it may be done. An object by itself says what is wrong with the request, or that
    // nothing was done, or nothing was said.
    return no_sense(call, text, all_bad && is_object ? Effect::none : Effect::maybe);
  }
  const auto* const known = std::find_if(
      kMeanings.begin(), kMeanings.end(), [&](auto& one) { return one.key == first.key; });
  const bool meant = known != kMeanings.end();
  return {.code = meant ? known->is : ErrorCode::invalid_input,
          .message = fmt::format("{}: {}", call, text),
          .hint = meant ? known->hint : "see what the message says; nothing of this was done",
          .category = meant ? known->category : ErrorCategory::validation,
          .vendor_code = first.key};
}

/// Appends `text` as the inside of a JSON string.
void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
}

/// Puts the secrets first among the attributes of a request: a whole object, or its `attr`, which
/// is its first member.
void add_members(std::string& body, SecretMembers secrets) {
  if (secrets.size() == 0) {
    return;
  }
  std::size_t room = body.size();
  for (const auto& [name, secret] : secrets) {
    room += name.size() + 6 * secret->reveal().size() + 8;
  }
  constexpr std::string_view kAttributes = R"({"attr":{)";
  const auto begin = body.starts_with(kAttributes) ? kAttributes.size() : std::size_t{1};
  std::string whole;
  whole.reserve(room);  // no copy that nobody wipes
  whole.append(body, 0, begin);
  for (const auto& [name, secret] : secrets) {
    whole.append(whole.ends_with('{') ? "\"" : ",\"").append(name).append("\":\"");
    append_escaped(whole, secret->reveal());
    whole += '"';
  }
  whole.append(body[begin] == '}' ? "" : ",").append(body, begin);
  body = std::move(whole);
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); !from.empty() && at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

Api::Api(const Config& config, env::Secret key, env::Http& http)
    : endpoint_(config.endpoint), key_(std::move(key)), http_(http) {}

std::string Api::whence(std::string_view what) {
  return fmt::format("mailcow: GET {}get/{}", kPath, what);
}

/// What the server repeats of a request is never shown whole; what is left has no secret in it.
std::string Api::masked(std::string text, SecretMembers secrets) const {
  replace_all(text, key_.reveal(), "***");
  for (const auto& [name, secret] : secrets) {
    replace_all(text, secret->reveal(), "***");
  }
  return text;
}

Error Api::error_of(const env::HttpRequest& request, env::HttpResponse response) const {
  const auto body = Json::parse(response.body, nullptr, false);
  const auto* text = body.is_discarded() ? nullptr : text_in(body, "msg");
  response.body = text != nullptr                                    ? masked(*text, {})
                  : response.body.find("<html") != std::string::npos ? "an HTML page"
                                                                     : "no reason is given";
  auto error = env::error_of(request, response, "mailcow");
  if (response.status == 401) {
    error.hint =
        "check auth.apiKey of this provider, and that the server allows this machine's address for "
        "the key; no more calls are made, since the server bans who keeps failing";
  } else if (response.status == 403) {
    error.hint = "this key may only read: give the provider the one for reading and writing";
  }
  return error;
}

/// Errors: as of Http, and any status but 2xx.
Result<env::HttpResponse> Api::send(env::HttpRequest& request, const std::stop_token& stop) const {
  {
    const std::lock_guard guard(mutex_);
    if (refused_) {
      return tl::unexpected(*refused_);
    }
  }
  // No cookie is kept: the one that is offered is an administrator's session.
  request.headers.emplace_back("Accept", "application/json");
  request.secret_headers = {{"X-API-Key", &key_}};
  request.timeout = kTimeout;
  auto response = http_.send(request, stop);
  if (!response) {
    auto error = std::move(response).error();
    const bool names_call = error.message.starts_with(request.method + " ");
    return tl::unexpected(std::move(error).in(
        names_call ? std::string("mailcow")
                   : fmt::format("mailcow: {} {}", request.method, path_of(request, endpoint_))));
  }
  if (response->ok()) {
    return response;
  }
  auto error = error_of(request, std::move(*response));
  if (error.category == ErrorCategory::authentication) {
    const std::lock_guard guard(mutex_);
    refused_ = error;
  }
  return tl::unexpected(std::move(error));
}

Result<Json> Api::get(std::string_view what, const std::stop_token& stop) const {
  env::HttpRequest request;
  request.url = fmt::format("{}{}get/{}", endpoint_, kPath, what);
  PLUMB_TRY(response, send(request, stop));
  auto answer = Json::parse(response.body, nullptr, false);
  if (answer.is_array() || (answer.is_object() && type_of(answer) != "error")) {
    return answer;
  }
  const auto* const because = response.body.empty() ? "an answer without a body"
                              : answer.is_object()  ? "it answers with an error"
                                                    : "the answer is no whole JSON";
  return tl::unexpected(no_sense(whence(what), because, Effect::none));
}

Result<std::vector<Said>> Api::write(std::string_view what,
                                     const Json& body,
                                     std::initializer_list<std::string_view> expected,
                                     const std::stop_token& stop,
                                     SecretMembers secrets) const {
  env::HttpRequest request;
  request.method = "POST";
  request.url = fmt::format("{}{}{}", endpoint_, kPath, what);
  request.headers = {{"Content-Type", "application/json"}};
  // An edit says what shall be, a name or number what of; all else done twice is another thing.
  request.replayable = what.starts_with("edit/") && what != "edit/rename-mbox";
  request.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  add_members(request.body, secrets);
  auto response = send(request, stop);
  env::wipe(request.body);
  if (!response) {
    return tl::unexpected(std::move(response).error());
  }
  const auto call = fmt::format("mailcow: POST {}{}", kPath, what);
  const auto answer = Json::parse(response->body, nullptr, false);
  std::vector<Said> all;
  for (const auto& entry : answer.is_array() ? answer : Json::array({answer})) {
    all.push_back(said_of(entry));
  }
  if (answer.is_discarded() || all.empty() || !(answer.is_array() || answer.is_object())) {
    return tl::unexpected(no_sense(
        call,
        response->body.empty() ? "an answer without a body" : "the answer is no whole JSON",
        Effect::maybe));
  }
  const bool all_good = std::all_of(all.begin(), all.end(), [](auto& said) { return said.good; });
  const bool named = std::any_of(all.begin(), all.end(), [&](const Said& said) {
    return said.good &&
           (expected.size() == 0
                ? said.key != "Task completed"
                : std::find(expected.begin(), expected.end(), said.key) != expected.end());
  });
  if (all_good && named) {
    return all;
  }
  return tl::unexpected(not_done(
      call, all, answer.is_object(), masked(text_of(all), secrets).substr(0, kLongestText)));
}

}  // namespace plumb::providers::mailcow
