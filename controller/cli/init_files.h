#pragma once

#include <string>
#include <vector>

namespace plumb::cli {

/// What a new project is to be like.
struct Answers {
  std::string name;
  std::vector<std::string> domains;  ///< canonical or as typed, without final dot
  bool powerdns = false;             ///< else zone files
  std::string endpoint;              ///< of PowerDNS
  std::string hostname;              ///< of the mail server; empty: none
  std::vector<std::string> addresses;
  std::vector<std::string> mailboxes;  ///< addresses
};

/// One file of a new project.
struct NewFile {
  std::string path;  ///< relative to the project
  std::string text;
};

/// The manifests of a new project, with schema hints for editors; in the form that `plumb fmt`
/// gives. Pure.
std::vector<NewFile> project_files(const Answers& answers);

/// What git is not to see.
NewFile git_ignore();

/// The project that the quickstart shows: a whole mail domain on zone files and local mail server
/// files. Made from examples/quickstart when plumb is built.
std::vector<NewFile> demo_files();

}  // namespace plumb::cli
