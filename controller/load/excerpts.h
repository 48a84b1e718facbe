#pragma once

#include <span>
#include <string>
#include <vector>

#include "controller/load/manifest.h"
#include "controller/load/source.h"
#include "resources/model/diagnostic.h"
#include "resources/model/place.h"

namespace plumb::load {

/// Adds to `found` the texts of a Provider or Mailbox, as written, that may be secrets written out
/// by mistake: what is below a name that sounds secret and does not say where the secret is.
void note_secrets(const Document& document, std::vector<std::string>& found);

/// Masks `secrets` in messages and hints; short ones as whole words.
void hide_in_words(std::span<Diagnostic> diagnostics, std::span<const std::string> secrets);

/// Fills in Diagnostic::excerpt: the source line of each place. Masked are ready password hashes,
/// what was noted in any of `files`, and what follows the name of a password; in a file with an
/// error of syntax the lines below it, too. What was noted in a diagnostic's file is masked in its
/// words as well. `files` are by the numbers of `names`. Lines of a file that
/// cannot be read again stay empty.
void fill_excerpts(Source& source,
                   const Files& names,
                   std::span<const ManifestFile> files,
                   Diagnostics& diagnostics);

}  // namespace plumb::load
