#include "resources/model/diagnostic.h"

#include <algorithm>

#include "resources/model/mistakes.h"

namespace plumb {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    last[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

bool same(const Diagnostic& a, const Diagnostic& b) {
  return a.place == b.place && a.severity == b.severity && a.message == b.message;
}

Diagnostic made(
    Severity severity, Place place, Mistake mistake, std::string message, std::string hint) {
  const auto& what = info(mistake);
  Diagnostic diagnostic;
  diagnostic.severity = severity;
  diagnostic.place = place;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  diagnostic.rule = what.id;
  diagnostic.reference = what.reference;
  return diagnostic;
}

}  // namespace

void Diagnostics::add(Diagnostic diagnostic) {
  if (diagnostic.rule.empty()) {
    diagnostic.rule = info(Mistake::bad_declaration).id;
  }
  errors_ += diagnostic.severity == Severity::error ? 1 : 0;
  warnings_ += diagnostic.severity == Severity::warning ? 1 : 0;
  all_.push_back(std::move(diagnostic));
}

void Diagnostics::error(Place place, Mistake mistake, std::string message, std::string hint) {
  add(made(Severity::error, place, mistake, std::move(message), std::move(hint)));
}

void Diagnostics::warning(Place place, Mistake mistake, std::string message, std::string hint) {
  add(made(Severity::warning, place, mistake, std::move(message), std::move(hint)));
}

void Diagnostics::note(Place place, Mistake mistake, std::string message, std::string hint) {
  add(made(Severity::note, place, mistake, std::move(message), std::move(hint)));
}

void Diagnostics::error(Place place, Mistake mistake, const Error& error) {
  this->error(place, mistake, error.message, error.hint);
}

void Diagnostics::error(Place place, std::string message, std::string hint) {
  error(place, Mistake::bad_declaration, std::move(message), std::move(hint));
}

void Diagnostics::warning(Place place, std::string message, std::string hint) {
  warning(place, Mistake::bad_declaration, std::move(message), std::move(hint));
}

void Diagnostics::error(Place place, const Error& error) {
  this->error(place, Mistake::bad_declaration, error.message, error.hint);
}

void Diagnostics::append(Diagnostics other) {
  for (auto& diagnostic : other.all_) {
    add(std::move(diagnostic));
  }
}

void Diagnostics::sort() {
  std::stable_sort(all_.begin(), all_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return a.place < b.place;
  });
  std::vector<Diagnostic> kept;
  kept.reserve(all_.size());
  for (auto& diagnostic : all_) {
    // Those of one place stand together; few, so each is compared with all of them.
    auto first = kept.end();
    while (first != kept.begin() && std::prev(first)->place == diagnostic.place) {
      --first;
    }
    const bool known =
        diagnostic.place.known() && std::any_of(first, kept.end(), [&](const Diagnostic& other) {
          return same(other, diagnostic);
        });
    if (!known) {
      kept.push_back(std::move(diagnostic));
    }
  }
  all_ = std::move(kept);
  const auto count = [&](Severity severity) {
    return static_cast<std::size_t>(std::count_if(
        all_.begin(), all_.end(), [&](const Diagnostic& d) { return d.severity == severity; }));
  };
  errors_ = count(Severity::error);
  warnings_ = count(Severity::warning);
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > 64) {
    return {};
  }
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const auto candidate : candidates) {
    if (candidate.size() > word.size() + 3 || word.size() > candidate.size() + 3) {
      continue;
    }
    const auto distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const auto found = nearest(word, candidates);
  return found.empty() ? std::string() : "did you mean " + std::string(found) + "?";
}

}  // namespace plumb
