#include "controller/cli/plan_file.h"

#include <filesystem>

#include "controller/env/atomic_file.h"
#include "controller/env/crypto.h"

namespace plumb::cli {
namespace {

constexpr std::string_view kEnd = "\n}";  // of the JSON object that describe gives
constexpr std::string_view kMember = ",\n \"sha256\": \"";

}  // namespace

std::string sha256(std::string_view bytes) {
  return env::sha256_hex(bytes);
}

Result<void> save_plan(const std::string& file, const describe::PlanView& view) {
  auto text = describe::saved_plan(view, &sha256);
  const auto digest = sha256(text);
  text.resize(text.size() - kEnd.size());
  text.append(kMember).append(digest).append("\"").append(kEnd).append("\n");
  return env::write_file_atomically(file, text, 0644);
}

Result<describe::SavedPlan> read_plan(const std::string& file) {
  constexpr std::size_t kCap = std::size_t{1} << 30U;
  if (std::error_code error; !std::filesystem::exists(file, error)) {
    return fail(ErrorCode::not_found,
                "there is no file " + file,
                "save a plan there first: plumb plan --out " + file);
  }
  PLUMB_TRY(text, env::read_file(file, kCap));
  const auto member = text.rfind(kMember);
  if (member == std::string::npos) {
    return fail(ErrorCode::invalid_input,
                file + " is not a saved plan",
                "make one with plumb plan --out " + file);
  }
  const auto body = text.substr(0, member).append(kEnd);
  const auto rest = text.substr(member + kMember.size());
  if (rest != sha256(body) + "\"" + std::string(kEnd) + "\n") {
    return fail(ErrorCode::invalid_input,
                file + " was changed after it was made: its SHA-256 does not fit",
                "plan again; a saved plan is applied as it was reviewed or not at all");
  }
  return describe::read_saved_plan(body);
}

}  // namespace plumb::cli
