#include "resources/model/consent.h"

namespace plumb {

std::string_view consent_word(Guard guard) {
  switch (guard) {
    case Guard::none:
      return "";
    case Guard::remove:
      return "delete";
    case Guard::replace:
      return "replace";
    case Guard::recreate:
      return "recreate";
    case Guard::overwrite:
      return "overwrite";
    case Guard::protect:
      return "unprotect";
    case Guard::apex_ns:
      return "apexNS";
    case Guard::empty_set:
      return "empty";
    case Guard::suspect:
      return "suspect";
    case Guard::deletes_in_scope:
    case Guard::deletes_in_run:
      return "deletes";
    case Guard::domains_of_origin:
      return "spread";
    case Guard::passwords:
      return "passwords";
    case Guard::retire:
      return "retire";
    case Guard::owner:
      return "takeOver";
    case Guard::rebind:
      return "rebind";
  }
  return "";
}

std::vector<std::string_view> consent_words() {
  return {"delete",
          "replace",
          "recreate",
          "overwrite",
          "unprotect",
          "apexNS",
          "empty",
          "suspect",
          "deletes",
          "spread",
          "passwords",
          "retire",
          "takeOver",
          "rebind"};
}

}  // namespace plumb
