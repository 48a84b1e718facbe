#include "controller/env/secret.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <sodium.h>

#include "controller/env/atomic_file.h"
#include "controller/env/command.h"

namespace plumb::env {
namespace {

constexpr std::size_t kSecretCap = std::size_t{64} << 10;

tl::unexpected<Error> missing(std::string message, std::string hint) {
  Error error;
  error.code = ErrorCode::denied;
  error.category = ErrorCategory::authentication;
  error.message = std::move(message);
  error.hint = std::move(hint);
  return tl::unexpected(std::move(error));
}

/// A Secret of what was read, without the newline that editors and commands end with; wipes `text`.
Secret secret_of(std::string& text) {
  std::string_view octets = text;
  if (octets.ends_with('\n')) {
    octets.remove_suffix(octets.ends_with("\r\n") ? 2 : 1);
  }
  Secret secret(octets);
  wipe(text);
  return secret;
}

Result<Secret> from_environment(const std::string& variable) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing of ours ever sets a variable
  const char* value = std::getenv(variable.c_str());
  if (value == nullptr || *value == '\0') {
    return missing(fmt::format("secret env {} is not set", variable),
                   fmt::format("export {}, or say where else the secret is", variable));
  }
  return Secret(value);
}

Result<Secret> from_file(const std::filesystem::path& root, const std::string& locator) {
  auto text = read_file(root / locator, kSecretCap);
  if (!text) {
    return missing(fmt::format("secret file {} is not there: {}", locator, text.error().message),
                   "create the file, readable for this user only, or say where else the secret is");
  }
  auto secret = secret_of(*text);
  if (secret.empty()) {
    return missing(fmt::format("secret file {} is empty", locator), "write the secret into it");
  }
  return secret;
}

std::vector<std::string> split_arguments(const std::string& locator) {
  std::vector<std::string> arguments;
  std::size_t start = 0;
  while (start <= locator.size()) {
    const auto end = std::min(locator.find('\0', start), locator.size());
    arguments.push_back(locator.substr(start, end - start));
    start = end + 1;
  }
  return arguments;
}

Result<Secret> from_command(const std::filesystem::path& root,
                            const std::string& locator,
                            std::chrono::milliseconds deadline) {
  const auto arguments = split_arguments(locator);
  const auto& program = arguments.front();
  auto output = run_command(arguments, root, kSecretCap, deadline);
  if (!output) {
    return missing(fmt::format("secret exec {} failed: {}", program, output.error().message),
                   "run the command by hand: what it says about errors is not shown here");
  }
  auto secret = secret_of(*output);
  if (secret.empty()) {
    return missing(fmt::format("secret exec {} printed nothing", program),
                   "make the command print the secret on its standard output");
  }
  return secret;
}

tl::unexpected<Error> refused(const SecretRef& reference, std::string_view name) {
  return missing(fmt::format("secret {} {} may not be read here", reference.source, name),
                 reference.source == "exec"
                     ? "pass --allow-exec if you trust these manifests, or use env"
                     : "use env");
}

}  // namespace

Secret::Secret(std::string_view octets) : size_(octets.size()) {
  if (size_ != 0) {
    octets_ = std::make_unique<char[]>(size_);  // NOLINT(modernize-avoid-c-arrays): its size varies
    std::copy(octets.begin(), octets.end(), octets_.get());
  }
}

Secret::~Secret() {
  wipe();
}

Secret::Secret(Secret&& other) noexcept
    : octets_(std::move(other.octets_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    octets_ = std::move(other.octets_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

void Secret::wipe() noexcept {
  if (octets_) {
    sodium_memzero(octets_.get(), size_);
  }
  octets_.reset();
  size_ = 0;
}

void wipe(std::string& text) {
  sodium_memzero(text.data(), text.size());
  text.clear();
}

SystemSecrets::SystemSecrets(std::filesystem::path root, SecretPolicy policy)
    : root_(std::move(root)), policy_(policy) {}

Result<Secret> SystemSecrets::get(const SecretRef& reference) {
  const auto& locator = reference.locator;
  const auto shown = locator.substr(0, locator.find('\0'));
  if (shown.empty()) {
    return missing(fmt::format("secret {} names nothing", reference.source),
                   "name the variable, file or command");
  }
  if (reference.source == "env") {
    return from_environment(locator);
  }
  if (reference.source == "file") {
    return policy_.allow_file ? from_file(root_, locator) : refused(reference, shown);
  }
  if (reference.source == "exec") {
    return policy_.allow_exec ? from_command(root_, locator, policy_.exec_deadline)
                              : refused(reference, shown);
  }
  if (reference.source == "hash") {  // a ready hash, which is no secret to be fetched
    return Secret(reference.locator);
  }
  if (reference.source == "sealed") {
    return missing("sealed secrets are not supported yet", "use env, file or exec");
  }
  return missing(fmt::format("\"{}\" is no source of secrets", reference.source),
                 "use env, file or exec");
}

}  // namespace plumb::env
