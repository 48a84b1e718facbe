#include "controller/import/profiles.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <unordered_map>

#include "controller/env/parallel.h"

namespace plumb::importing {
namespace {

constexpr std::size_t kFewest = 3;       ///< domains that make a profile
constexpr std::size_t kFewestParts = 2;  ///< shared parts that are worth one

bool in_a_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
}

/// `text` with `${domain}` in the place of the domain's name, where that is a name of its own or
/// the end of one.
std::string with_variable(std::string_view text, std::string_view domain) {
  std::string out;
  std::size_t from = 0;
  for (auto at = text.find(domain); at != std::string_view::npos; at = text.find(domain, at + 1)) {
    const auto end = at + domain.size();
    const bool begins = at == 0 || !in_a_name(text[at - 1]);
    const bool ends = end == text.size() || !in_a_name(text[end]);
    // "example.com.au" holds "example.com", and is another name.
    const bool goes_on = end + 1 < text.size() && text[end] == '.' && in_a_name(text[end + 1]);
    if (at < from || !begins || !ends || goes_on) {
      continue;
    }
    out.append(text.substr(from, at - from)).append("${domain}");
    from = end;
  }
  return out.append(text.substr(from));
}

/// The same in a text of YAML in flow style, where a scalar that holds a variable needs quotes.
std::string flow_with_variable(std::string_view yaml, std::string_view domain) {
  std::string out;
  while (!yaml.empty()) {
    if (yaml[0] == '"') {
      std::size_t end = 1;
      while (end < yaml.size() && yaml[end] != '"') {
        end += yaml[end] == '\\' ? std::size_t{2} : std::size_t{1};
      }
      out += with_variable(yaml.substr(0, end + 1), domain);
      yaml.remove_prefix(std::min(end + 1, yaml.size()));
      continue;
    }
    const auto begin = yaml.find_first_not_of("[]{}, ");
    out.append(yaml.substr(0, begin));
    yaml.remove_prefix(std::min(begin, yaml.size()));
    if (yaml.empty() || yaml[0] == '"') {
      continue;
    }
    const auto end = std::min({yaml.find_first_of("[]{},"), yaml.find(": "), yaml.size()});
    const auto plain = yaml.substr(0, end);
    const auto text = with_variable(plain, domain);
    out += text == plain ? text : '"' + text + '"';
    yaml.remove_prefix(end);
    if (yaml.starts_with(": ")) {
      out += ": ";
      yaml.remove_prefix(2);
    }
  }
  return out;
}

/// Dollars of the text itself must not be taken for variables.
bool has_variable(std::string_view text) {
  return text.find("${") != std::string_view::npos;
}

/// One thing that domains may share: a record set, one TXT value, or a member of `mail`.
struct Part {
  bool is_member = false;
  Member member;
  ImportedSet set;
};

/// Where a part stands in its domain: a number into `mail_members` or `sets`, and of one TXT value
/// that number too.
struct PartPlace {
  bool is_member = false;
  std::size_t item = 0;
  std::optional<std::size_t> value = {};
};

bool can_share(const ImportedDomain& domain, const ImportedSet& set) {
  return set.at.is_null() && !domain.name.is_root() &&
         std::none_of(set.values.begin(), set.values.end(), has_variable);
}

std::string key_of(const Part& part) {
  if (part.is_member) {
    return "m" + part.member.first + '\0' + part.member.second;
  }
  std::string key = "s" + part.set.owner + '\0' +
                    std::string(values::record_type_name(part.set.type)) + '\0' +
                    (part.set.ttl ? std::to_string(*part.set.ttl) : "");
  for (const auto& rule : part.set.lint_off) {
    key.append(1, '\0').append(rule);
  }
  key += '\1';
  for (const auto& value : part.set.values) {
    key.append(1, '\0').append(value);
  }
  return key;
}

/// A domain's parts, each as a template.
class Parts {
 public:
  explicit Parts(const ImportedDomain& domain) : domain_(domain) {
    const auto text = domain.name.without_dot();
    // `${domain}` is what people write: of an IDN that is not what records hold.
    name_ = domain.name.to_unicode() == text ? std::string(text) : std::string();
  }

  std::vector<PartPlace> all() const {
    std::vector<PartPlace> parts;
    for (std::size_t i = 0; i < domain_.sets.size(); ++i) {
      const auto& set = domain_.sets[i];
      if (!can_share(domain_, set)) {
        continue;
      }
      const bool usual = set.ttl == domain_.default_ttl;
      if (set.type == values::RecordType::txt && usual) {
        for (std::size_t k = 0; k < set.values.size(); ++k) {
          parts.push_back({false, i, k});
        }
      } else {
        parts.push_back({false, i});
      }
    }
    for (std::size_t i = 0; i < domain_.mail_members.size(); ++i) {
      if (!has_variable(domain_.mail_members[i].second)) {
        parts.push_back({true, i});
      }
    }
    return parts;
  }

  Part at(const PartPlace& place) const {
    if (place.is_member) {
      const auto& [name, yaml] = domain_.mail_members[place.item];
      return {true, {name, name_.empty() ? yaml : flow_with_variable(yaml, name_)}, {}};
    }
    const auto& set = domain_.sets[place.item];
    return {
        false, {}, place.value ? shared(set, {set.values[*place.value]}) : shared(set, set.values)};
  }

 private:
  std::string text(const std::string& written) const {
    return name_.empty() ? written : with_variable(written, name_);
  }

  ImportedSet shared(const ImportedSet& set, const std::vector<std::string>& values) const {
    ImportedSet out{.owner = set.owner, .type = set.type, .lint_off = set.lint_off};
    out.ttl = set.ttl == domain_.default_ttl ? std::nullopt : set.ttl;
    for (const auto& value : values) {
      out.values.push_back(text(value));
    }
    return out;
  }

  const ImportedDomain& domain_;
  std::string name_;
};

using Numbers = std::vector<std::uint32_t>;  ///< of parts; ascending, where nothing else is said

/// The profile whose parts this domain has all of; the largest one.
class Chooser {
 public:
  explicit Chooser(const std::vector<Numbers>& profiles) : profiles_(profiles) {}

  std::size_t choose(const Numbers& parts) const {
    std::size_t best = profiles_.size();
    for (std::size_t i = 0; i < profiles_.size(); ++i) {
      const auto& wanted = profiles_[i];
      const bool has_all = std::includes(parts.begin(), parts.end(), wanted.begin(), wanted.end());
      if (has_all && (best == profiles_.size() || wanted.size() > profiles_[best].size())) {
        best = i;
      }
    }
    return best;
  }

 private:
  const std::vector<Numbers>& profiles_;
};

class Search {
 public:
  Search(std::vector<ImportedDomain>& domains, const std::function<bool(const std::string&)>& taken)
      : domains_(domains), taken_(taken) {}

  std::vector<ImportedProfile> run() {
    number_parts();
    keep_frequent();
    group();
    std::vector<ImportedProfile> profiles;
    std::vector<std::size_t> uses(groups_.size(), 0);
    std::vector<std::size_t> chosen;
    const Chooser chooser(groups_);
    for (std::size_t i = 0; i < domains_.size(); ++i) {
      chosen.push_back(chooser.choose(frequent_[i]));
      if (chosen.back() < groups_.size()) {
        ++uses[chosen.back()];
      }
    }
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      if (uses[i] >= kFewest) {
        order.push_back(i);
      }
    }
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return uses[a] > uses[b]; });
    std::vector<std::string> names(groups_.size());
    for (const auto group : order) {
      names[group] = next_name(order.size() == 1);
      profiles.push_back(profile(group, names[group]));
      profiles.back().domains = uses[group];
    }
    for_each_domain([&](std::size_t i) {
      if (chosen[i] < groups_.size() && !names[chosen[i]].empty()) {
        take_out(i, groups_[chosen[i]]);
        domains_[i].profile = names[chosen[i]];
      }
    });
    return profiles;
  }

 private:
  std::string next_name(bool only_one) {
    while (true) {
      ++number_;
      auto name = only_one && number_ == 1 ? "imported" : "imported-" + std::to_string(number_);
      if (!taken_(name)) {
        return name;
      }
    }
  }

  void for_each_domain(const std::function<void(std::size_t)>& task) const {
    env::for_each_parallel(domains_.size(), std::thread::hardware_concurrency(), task);
  }

  /// Numbers are given in the order of the domains, whatever thread has spelt the parts.
  void number_parts() {
    std::vector<std::vector<std::string>> keys(domains_.size());
    places_.resize(domains_.size());
    for_each_domain([&](std::size_t i) {
      const auto settings = settings_of(domains_[i]);
      const Parts parts(domains_[i]);
      places_[i] = parts.all();
      for (const auto& place : places_[i]) {
        keys[i].push_back(settings + key_of(parts.at(place)));
      }
    });
    std::unordered_map<std::string, std::uint32_t> numbers;
    parts_of_.resize(domains_.size());
    for (std::size_t i = 0; i < domains_.size(); ++i) {
      for (std::size_t k = 0; k < keys[i].size(); ++k) {
        const auto [found, is_new] = numbers.try_emplace(
            std::move(keys[i][k]), static_cast<std::uint32_t>(first_of_.size()));
        if (is_new) {
          first_of_.emplace_back(i, k);
          counts_.push_back(0);
        }
        ++counts_[found->second];
        parts_of_[i].push_back(found->second);
      }
      keys[i].clear();
    }
  }

  /// What a profile says besides its records: domains that differ in it share none.
  static std::string settings_of(const ImportedDomain& domain) {
    std::string text = domain.default_ttl ? std::to_string(*domain.default_ttl) : "";
    for (const auto& provider : domain.providers) {
      text.append(1, '\0').append(provider);
    }
    return text + '\0' + (domain.mail ? domain.mail->provider : "") + '\0';
  }

  void keep_frequent() {
    const auto enough = std::max(kFewest, domains_.size() / 10);
    for (const auto& parts : parts_of_) {
      auto& kept = frequent_.emplace_back();
      std::copy_if(parts.begin(), parts.end(), std::back_inserter(kept), [&](std::uint32_t part) {
        return counts_[part] >= enough;
      });
      std::sort(kept.begin(), kept.end());
    }
  }

  /// Domains with the same frequent parts are a group. What all groups of one setting share is one
  /// too: it serves those that are like no other.
  void group() {
    std::map<Numbers, std::size_t> alike;
    std::map<std::string, Numbers> common;
    for (std::size_t i = 0; i < domains_.size(); ++i) {
      ++alike[frequent_[i]];
      const auto settings = settings_of(domains_[i]);
      const auto [found, is_new] = common.try_emplace(settings, frequent_[i]);
      if (!is_new) {
        Numbers both;
        std::set_intersection(found->second.begin(),
                              found->second.end(),
                              frequent_[i].begin(),
                              frequent_[i].end(),
                              std::back_inserter(both));
        found->second = std::move(both);
      }
    }
    std::set<Numbers> groups;
    for (const auto& [numbers, count] : alike) {
      if (count >= kFewest && numbers.size() >= kFewestParts) {
        groups.insert(numbers);
      }
    }
    for (const auto& [settings, numbers] : common) {
      if (numbers.size() >= kFewestParts) {
        groups.insert(numbers);
      }
    }
    groups_.assign(groups.begin(), groups.end());
  }

  const ImportedDomain& example_of(std::size_t group) const {
    const auto found = std::find_if(frequent_.begin(), frequent_.end(), [&](const Numbers& own) {
      return std::includes(own.begin(), own.end(), groups_[group].begin(), groups_[group].end());
    });
    return domains_[static_cast<std::size_t>(found - frequent_.begin())];
  }

  ImportedProfile profile(std::size_t group, const std::string& name) const {
    const auto& example = example_of(group);
    ImportedProfile out{.name = name, .providers = example.providers};
    out.default_ttl = example.default_ttl;
    for (const auto number : groups_[group]) {
      const auto [domain, place] = first_of_[number];
      const auto part = Parts(domains_[domain]).at(places_[domain][place]);
      if (part.is_member) {
        out.mail_members.push_back(part.member);
        continue;
      }
      const auto same = std::find_if(out.sets.begin(), out.sets.end(), [&](const auto& set) {
        return set.owner == part.set.owner && set.type == part.set.type;
      });
      if (same != out.sets.end()) {
        same->values.insert(same->values.end(), part.set.values.begin(), part.set.values.end());
      } else {
        out.sets.push_back(part.set);
      }
    }
    return out;
  }

  /// Takes a group's parts out of a domain that has them all.
  void take_out(std::size_t number, const Numbers& group) {
    auto& domain = domains_[number];
    const auto& places = places_[number];
    for (auto k = places.size(); k-- > 0;) {  // so that numbers stay true
      if (!std::binary_search(group.begin(), group.end(), parts_of_[number][k])) {
        continue;
      }
      const auto& [is_member, item, value] = places[k];
      if (is_member) {
        domain.mail_members.erase(domain.mail_members.begin() + at(item));
      } else if (auto& set = domain.sets[item]; value) {
        set.values.erase(set.values.begin() + at(*value));
        set.lint_off.clear();  // the profile says it of the whole set
      } else {
        set.values.clear();
      }
    }
    std::erase_if(domain.sets, [](const ImportedSet& set) { return set.values.empty(); });
  }

  static std::ptrdiff_t at(std::size_t number) { return static_cast<std::ptrdiff_t>(number); }

  std::vector<ImportedDomain>& domains_;
  const std::function<bool(const std::string&)>& taken_;
  std::size_t number_ = 0;  ///< of the last name
  /// Of each part, the domain that has it first, and its number there.
  std::vector<std::pair<std::size_t, std::size_t>> first_of_;
  std::vector<std::size_t> counts_;             ///< of domains that have it
  std::vector<std::vector<PartPlace>> places_;  ///< of each domain's parts, in its order
  std::vector<Numbers> parts_of_;               ///< parallel, so not ascending
  std::vector<Numbers> frequent_;
  std::vector<Numbers> groups_;
};

}  // namespace

std::vector<ImportedProfile> find_profiles(
    std::vector<ImportedDomain>& domains,
    const std::function<bool(const std::string& name)>& taken) {
  return Search(domains, taken).run();
}

}  // namespace plumb::importing
