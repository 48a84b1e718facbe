// How an import comes to manifests that load.
#include "controller/import/import.h"

#include <gtest/gtest.h>

#include "resources/model/mistakes.h"

namespace plumb::importing {
namespace {

/// A project without any files.
class NoFiles final : public load::Source {
 public:
  Result<std::vector<load::SourceFile>> list(std::string_view) override {
    return std::vector<load::SourceFile>();
  }
  Result<std::string> read(const std::string& path) override {
    return fail(ErrorCode::not_found, path + " is not there");
  }
  load::Revision revision() override { return {}; }
};

/// One load of an import: its files, and what is said to be wrong with them.
class Load {
 public:
  explicit Load(load::Source& source) : source_(source) {
    for (const auto* folder : {"domains", "profiles"}) {
      const auto files = source.list(folder).value();
      for (const auto& file : files) {
        out_.files.intern(file.path);
        paths_.push_back(file.path);
      }
    }
  }

  bool has_profiles() const {
    return std::any_of(paths_.begin(), paths_.end(), [](const std::string& path) {
      return path.starts_with("profiles/");
    });
  }
  std::string text(const std::string& path) const { return source_.read(path).value_or(""); }
  /// Finds fault with the first line that holds `text`; whether there is one.
  bool blame(const std::string& text, const std::string& message, std::string rule) {
    for (const auto& path : paths_) {
      const auto whole = this->text(path);
      const auto at = whole.find(text);
      if (at != std::string::npos) {
        const auto line = 1 + std::count(whole.begin(), whole.begin() + std::ptrdiff_t(at), '\n');
        out_.diagnostics.add({.place = place_at(out_.files.intern(path), std::size_t(line), 1),
                              .message = message,
                              .rule = std::move(rule)});
        return true;
      }
    }
    return false;
  }
  const std::vector<std::string>& paths() const { return paths_; }
  load::Loaded take() { return std::move(out_); }

 private:
  load::Source& source_;
  load::Loaded out_;
  std::vector<std::string> paths_;
};

Result<Import> import(std::vector<ImportedDomain> domains,
                      const std::function<void(Load&)>& judge = {},
                      const load::Loaded& project = {}) {
  NoFiles base;
  return make_import(std::move(domains), project, base, [&](load::Source& source) {
    Load load(source);
    if (judge) {
      judge(load);
    }
    return Result<load::Loaded>(load.take());
  });
}

ImportedDomain domain(const std::string& name) {
  ImportedDomain made{.name = values::DomainName::parse(name).value(), .providers = {"dns"}};
  for (const auto* owner : {"@", "www"}) {
    made.sets.push_back(
        {.owner = owner, .type = values::RecordType::a, .ttl = 300, .values = {"192.0.2.1"}});
  }
  made.default_ttl = 300;
  return made;
}

std::vector<ImportedDomain> three_alike() {
  return {domain("one.test"), domain("two.test"), domain("three.test")};
}

const Manifest* file(const Import& made, const std::string& path) {
  const auto found = std::find_if(
      made.files.begin(), made.files.end(), [&](const auto& one) { return one.path == path; });
  return found == made.files.end() ? nullptr : &*found;
}

TEST(Import, LoadsOnceWhereNothingIsWrong) {
  int loads = 0;
  const auto made = import(three_alike(), [&](Load&) { ++loads; });
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(loads, 1);
  EXPECT_EQ(made->profiles, 1U);
  EXPECT_EQ(made->sets, 6U);
  ASSERT_NE(made->loaded, nullptr);
  EXPECT_EQ(made->loaded->files.size(), 4U);
}

TEST(Import, RulesAreJudgedByDomain) {
  int loads = 0;
  const auto made = import(three_alike(), [&](Load& load) {
    ++loads;
    const bool is_off = load.text("domains/two.test.yaml").find("cname-apex") != std::string::npos;
    if (load.has_profiles() && !is_off) {
      load.blame("kind: Profile", "seen in the profile first", "cname-apex");
    } else if (!is_off && load.text("domains/two.test.yaml").find("www") != std::string::npos) {
      const auto before = load.paths().front();
      EXPECT_EQ(before, "domains/one.test.yaml");
      load.blame("metadata: {name: two.test}", "seen in the domain", "cname-apex");
    }
  });
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(loads, 3) << "with the profile, each alone, with the profile";
  EXPECT_NE(file(*made, "domains/two.test.yaml")->text.find("lint: {off: [cname-apex]"),
            std::string::npos);
  EXPECT_EQ(file(*made, "domains/one.test.yaml")->text.find("lint:"), std::string::npos);
  EXPECT_EQ(made->profiles, 1U);
}

TEST(Import, NamesOfProfilesThatAreThereAreNotTaken) {
  load::Loaded project;
  project.declared.push_back({"Profile", "imported", {}, {}, {}, {}});
  const auto made = import(three_alike(), {}, project);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_NE(file(*made, "profiles/imported-2.yaml"), nullptr);
}

TEST(Import, WhereProfilesDoNotLoadItSaysWhyAndDoesWithout) {
  const auto made = import(three_alike(), [](Load& load) {
    load.blame("kind: Profile", "what they share is wrong", "bad-value");
  });
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->profiles, 0U);
  EXPECT_EQ(made->files.size(), 3U);
  EXPECT_EQ(made->without_profiles, "what they share is wrong");
  EXPECT_NE(file(*made, "domains/one.test.yaml")->text.find("name: www"), std::string::npos);
  EXPECT_EQ(import(three_alike())->without_profiles, "");
}

ImportedDomain with_mailboxes(std::size_t count) {
  auto made = domain("one.test");
  made.mail = ImportedMail{.provider = "mail"};
  for (std::size_t i = 0; i < count; ++i) {
    made.mail->mailboxes.push_back({.local = "u" + std::to_string(100'000 + i)});
  }
  return made;
}

std::size_t mailboxes_in(const Manifest* manifest) {
  std::size_t count = 0;
  for (auto at = manifest->text.find("kind: Mailbox"); at != std::string::npos;
       at = manifest->text.find("kind: Mailbox", at + 1)) {
    ++count;
  }
  return count;
}

TEST(Import, ManyMailboxesGoIntoSeveralFiles) {
  const auto made = import({with_mailboxes(12'000), domain("two.test")}, [](Load& load) {
    load.blame("metadata: {name: u107000@one.test}", "this one is bad", "bad-value");
  });
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_EQ(made->files.size(), 4U);
  EXPECT_EQ(mailboxes_in(file(*made, "domains/one.test.yaml")), kMailboxesPerFile);
  const auto* second = file(*made, "domains/one.test.mailboxes-2.yaml");
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->text.find("apiVersion: plumb/v1\nkind: Mailbox\n"), 0U);
  EXPECT_EQ(mailboxes_in(second), kMailboxesPerFile);
  EXPECT_EQ(mailboxes_in(file(*made, "domains/one.test.mailboxes-3.yaml")), 1'999U);
  EXPECT_EQ(made->left, std::vector<std::string>{"one.test: mailbox u107000: this one is bad"});
}

TEST(Import, WhatIsWrongWithAFileIsNoFaultOfWhatStandsThere) {
  for (const auto mistake : {Mistake::yaml_too_large, Mistake::yaml_too_many}) {
    int loads = 0;
    const auto made = import({with_mailboxes(3)}, [&](Load& load) {
      ++loads;
      load.blame("metadata: {name: u100001", "too much of it", std::string(info(mistake).id));
    });
    ASSERT_FALSE(made);
    EXPECT_EQ(loads, 1);
    EXPECT_NE(made.error().message.find("domains/one.test.yaml:"), std::string::npos);
    EXPECT_NE(made.error().message.find(": too much of it"), std::string::npos)
        << made.error().message;
  }
}

TEST(Import, WhereMendingDoesNotEndTheLastErrorIsTold) {
  const auto made = import({with_mailboxes(100)}, [](Load& load) {
    load.blame("kind: Mailbox", "always the next one", "bad-value");
  });
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find(": always the next one"), std::string::npos)
      << made.error().message;
}

}  // namespace
}  // namespace plumb::importing
