#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "resources/model/result.h"

namespace plumb::providers::postfix_dovecot {

/// Retired keys live in this folder: no domain.
constexpr std::string_view kRetired = "retired";

/// A private key as its folder's listing shows it. A folder that cannot be listed stands for the
/// keys in it: without a selector.
struct KeyFile {
  std::string domain;
  std::string selector;
  std::filesystem::path path;
  std::string token;  ///< moves with the file; empty where it has moved just now
};

/// Which private keys there are: `<domain>/<selector>.pem`, or flat `<domain>.<selector>.key`. A
/// folder is listed again only where it has moved; each key is looked at every time. For one thread
/// at a time.
class KeyFolders {
 public:
  /// `folder` may be empty: no keys.
  KeyFolders(std::filesystem::path folder, bool flat) : folder_(std::move(folder)), flat_(flat) {}

  /// By domain and selector. Error: the folder cannot be read.
  Result<std::vector<KeyFile>> list();

 private:
  struct Listing {
    std::optional<std::string> stamp;  ///< nothing: to be listed again
    std::vector<std::string> names;
    std::error_code error;
  };
  static const Listing& listing(Listing& known, const std::filesystem::path& folder);
  void list_domain(const std::string& domain, std::vector<KeyFile>& into);

  std::filesystem::path folder_;
  bool flat_;
  Listing root_;
  std::map<std::string, Listing, std::less<>> domains_;
};

}  // namespace plumb::providers::postfix_dovecot
