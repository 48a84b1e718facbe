// A DKIM key takes over from another: published, seen at all name servers for its TTL, signing; the
// old one stays for seven days. With the real program, a real NSD, and a clock that is shifted.
#include <csignal>

#include <gtest/gtest.h>
#include <poll.h>

#include "tests/support/cli.h"
#include "tests/support/nsd.h"

namespace plumb::test {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::uint16_t kTxt = 16;

std::string mail_of(const std::string& dkim, const std::string& more = {}) {
  return "apiVersion: plumb/v1\nkind: Domain\nmetadata: {name: one.test}\nspec:\n"
         "  dns: {providers: [files], defaultTTL: 300}\n" +
         more + "  mail: {provider: mailhost, mx: [10 mx.out.example.], dkim: " + dkim + "}\n";
}

class Rotation : public testing::Test {
 protected:
  Rotation() {
    project.write("providers/mailhost.yaml",
                  "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: mailhost}\n"
                  "spec: {type: postfix-dovecot, directory: mail, dkim: {directory: dkim}}\n");
    project.write("domains/one.test.yaml", mail_of("{selector: s1}"));
  }

  const Project project{"  drift: report\n"};
  std::unique_ptr<Nsd> nsd;

  static Setting at(std::int64_t seconds) {
    return {.environment = {{"PLUMB_CLOCK_SHIFT", std::to_string(seconds)}}};
  }
  Ran plan(std::int64_t when = 0) const { return project.plumb({"plan"}, at(when)); }
  Ran apply(std::int64_t when = 0) const {
    auto ran = project.plumb({"apply", "--yes"}, at(when));
    EXPECT_EQ(ran.code, 0) << ran.all();
    return ran;
  }
  void serve() {
    ASSERT_EQ(project.plumb({"apply", "--yes", "--no-verify"}).code, 0);
    auto started = Nsd::start(project.path() / "zones", {"one.test"});
    ASSERT_TRUE(started) << started.error().message;
    nsd = std::move(*started);
    project.replace("providers/files.yaml",
                    "directory: zones}",
                    "directory: zones, reload: [sh, -c, \"" + nsd->reload_command().back() +
                        "\"], verify: {servers: [\"127.0.0.1:" + std::to_string(nsd->port()) +
                        "\"]}}");
  }
  bool serves(const std::string& selector) const {
    const auto answer = nsd->client().query(selector + "._domainkey.one.test", kTxt);
    return answer && !answer->answers.empty();
  }
  /// Waits until NSD has loaded what was written.
  void expect_served(const std::string& selector, bool there) const {
    for (int i = 0; i < 4000 && serves(selector) != there; ++i) {
      ::poll(nullptr, 0, 5);
    }
    EXPECT_EQ(serves(selector), there) << selector;
  }
  /// At `when`, `old` and its key are gone, the record of `current` is there, and all is done.
  void expect_ended(const std::string& old, const std::string& current, std::int64_t when) const {
    expect_served(old, false);
    EXPECT_FALSE(project.has("dkim/one.test/" + old + ".pem"));
    EXPECT_TRUE(serves(current));
    const auto settled = plan(when);
    EXPECT_TRUE(settled.says("In plumb: nothing to do.")) << settled.all();
    EXPECT_FALSE(settled.says("note:")) << settled.all();
  }
  /// Until s1-2 signs for s1, 400 seconds from now.
  void rotate_s1() const {
    ASSERT_EQ(project.plumb({"rotate", "DKIMKey/one.test/s1"}).code, 0);
    apply();
    expect_served("s1-2", true);
    apply();
    apply(400);
    ASSERT_EQ(signing(), "s1-2");
  }
  std::string signing() const {
    return between(project.read("dkim/selectors"), "one.test\t", "\n");
  }
};

TEST_F(Rotation, GoesAllTheWayWithAShiftedClock) {
  serve();
  EXPECT_EQ(signing(), "s1");
  const auto begun = project.plumb({"rotate", "DKIMKey/one.test/s1"});
  ASSERT_EQ(begun.code, 0) << begun.all();
  EXPECT_TRUE(
      begun.says("s1-2 is to take over; it signs once every name server has had its record"))
      << begun.all();

  auto planned = plan();
  EXPECT_TRUE(planned.says("+ DKIMKey")) << planned.all();
  EXPECT_TRUE(planned.says("s1-2._domainkey TXT")) << planned.all();
  EXPECT_TRUE(planned.says("note: DKIMKey/one.test/s1: s1-2 is to take over")) << planned.all();
  EXPECT_FALSE(planned.says("DKIMSigning")) << planned.all();
  apply();
  expect_served("s1-2", true);
  EXPECT_EQ(signing(), "s1");

  const auto waiting = apply();
  EXPECT_TRUE(waiting.says("every name server has had s1-2 since ")) << waiting.all();
  EXPECT_TRUE(waiting.says("it signs with the first apply from ")) << waiting.all();
  apply(200);
  EXPECT_EQ(signing(), "s1") << "a cache may still hold that there is no such record";

  planned = plan(400);
  EXPECT_TRUE(planned.says("~ DKIMSigning")) << planned.all();
  EXPECT_TRUE(planned.says("s1 stays published for 7 days")) << planned.all();
  EXPECT_EQ(signing(), "s1") << "a plan changes nothing";
  apply(400);
  EXPECT_EQ(signing(), "s1-2");
  EXPECT_TRUE(serves("s1"));

  const auto kept = apply(400 + 6 * kDay);
  EXPECT_TRUE(kept.says("s1 goes with the first apply from ")) << kept.all();
  EXPECT_TRUE(project.has("dkim/one.test/s1.pem"));
  const auto over = 500 + 7 * kDay;
  planned = plan(over);
  EXPECT_EQ(planned.code, 0) << planned.all();
  EXPECT_TRUE(planned.says("s1 is no longer needed and goes")) << planned.all();
  EXPECT_TRUE(planned.says("2 to delete")) << planned.all();
  apply(over);
  expect_ended("s1", "s1-2", over);
  EXPECT_TRUE(project.has("dkim/one.test/s1-2.pem"));
  EXPECT_EQ(signing(), "s1-2");
  const auto rendered = project.plumb({"render", "Domain/one.test"});
  EXPECT_TRUE(rendered.says("s1-2._domainkey")) << rendered.all();

  const auto again = project.plumb({"rotate", "DKIMKey/one.test/s1-2"});
  EXPECT_TRUE(again.says("s1-3 is to take over")) << again.all();
}

TEST_F(Rotation, WaitsAsLongAsOneNameServerLacksTheRecord) {
  serve();
  const TempDir behind;  // of a second server that gets no updates
  behind.write("one.test.zone", project.read("zones/one.test.zone"));
  auto other = Nsd::start(behind.path(), {"one.test"});
  ASSERT_TRUE(other) << other.error().message;
  project.replace(
      "providers/files.yaml",
      std::to_string(nsd->port()) + "\"",
      std::to_string(nsd->port()) + "\", \"127.0.0.1:" + std::to_string((*other)->port()) + "\"");
  ASSERT_EQ(project.plumb({"rotate", "DKIMKey/one.test"}).code, 0);
  apply();
  expect_served("s1-2", true);
  for (const auto when : {std::int64_t{1000}, 30 * kDay}) {
    const auto ran = apply(when);
    EXPECT_TRUE(ran.says("it signs once every name server has had its record")) << ran.all();
    EXPECT_EQ(signing(), "s1");
  }
}

TEST_F(Rotation, OfASelectorThatIsChangedByHandGoesTheSameWay) {
  serve();
  project.write("domains/one.test.yaml", mail_of("{selector: s2, algorithm: ed25519}"));
  auto planned = plan();
  EXPECT_EQ(planned.code, 0) << planned.all();
  EXPECT_TRUE(planned.says("note: DKIMKey/one.test/s2: s2 is to take over")) << planned.all();
  EXPECT_TRUE(planned.says("s2._domainkey TXT")) << planned.all();
  EXPECT_FALSE(planned.says("DKIMSigning")) << planned.all();
  EXPECT_FALSE(planned.says("to delete")) << planned.all();
  EXPECT_FALSE(planned.says("to change")) << "the key of before is of the sort that it was\n"
                                          << planned.all();
  apply();
  expect_served("s2", true);
  EXPECT_EQ(signing(), "s1") << "nobody may be able to look up s2 yet";
  apply();
  apply(200);
  EXPECT_EQ(signing(), "s1");
  const auto twice = project.plumb({"rotate", "DKIMKey/one.test/s2"});
  EXPECT_TRUE(twice.says("is being rotated already")) << twice.all();

  const auto switched = apply(400);
  EXPECT_EQ(signing(), "s2") << switched.all();
  EXPECT_TRUE(serves("s1")) << "mail that it has signed is still on its way";
  const auto kept = apply(400 + 6 * kDay);
  EXPECT_TRUE(kept.says("s1 goes with the first apply from ")) << kept.all();
  const auto over = 500 + 7 * kDay;
  apply(over);
  expect_ended("s1", "s2", over);
  EXPECT_TRUE(project.plumb({"rotate", "DKIMKey/one.test/s2"}).says("s2-2 is to take over"));
}

TEST_F(Rotation, OfASelectorBeginsWithTheAnswerOfAPerson) {
  apply();
  project.write("domains/one.test.yaml", mail_of("{selector: s2}"));
  const auto number = [&] { return between(plan().out, " · state ", "\n"); };
  const auto before = number();
  const auto no = project.plumb({"apply"}, {.terminal = true, .typed = "n\n"});
  EXPECT_TRUE(no.says("Nothing was applied")) << no.all();
  EXPECT_EQ(number(), before);
}

TEST_F(Rotation, OfASelectorThatIsChangedTwiceKeepsWhatEitherHasSigned) {
  std::string records = "  records: [{name: www, type: A, value: 192.0.2.1}";
  for (const std::string name : {"a", "b", "c", "d"}) {
    records += ", {name: " + name + ", type: A, value: 192.0.2.1}";
  }
  records += "]\n";
  project.write("domains/one.test.yaml", mail_of("{selector: s1}", records));
  serve();
  rotate_s1();
  // Three days later by hand, and once more before that one has ever signed.
  for (const std::string selector : {"s2", "s3"}) {
    project.write("domains/one.test.yaml", mail_of("{selector: " + selector + "}", records));
    const auto ran = apply(3 * kDay);
    expect_served(selector, true);
    EXPECT_EQ(signing(), "s1-2");
    EXPECT_TRUE(serves("s1") && serves("s1-2")) << ran.all();
  }
  apply(3 * kDay);
  apply(3 * kDay + 400);
  EXPECT_EQ(signing(), "s3");
  const auto early = apply(8 * kDay);
  EXPECT_TRUE(early.says("s1-2 (and s1) goes with the first apply from ")) << early.all();
  EXPECT_TRUE(serves("s1") && serves("s1-2")) << early.all();
  apply(11 * kDay);
  expect_served("s1", false);
  expect_served("s1-2", false);
  EXPECT_TRUE(serves("s3"));
}

TEST_F(Rotation, OfASelectorThatIsPutBackNeverBegan) {
  serve();
  project.write("domains/one.test.yaml", mail_of("{selector: s2}"));
  apply();
  expect_served("s2", true);
  project.write("domains/one.test.yaml", mail_of("{selector: s1}"));
  apply();
  EXPECT_EQ(signing(), "s1");
  EXPECT_TRUE(serves("s1"));
  expect_served("s2", false);
  EXPECT_TRUE(plan().says("In plumb: nothing to do."));
}

TEST_F(Rotation, OfAKeyThatIsPutInFrontWaitsToo) {
  serve();
  project.write("domains/one.test.yaml", mail_of("[{selector: s2}, {selector: s1}]"));
  const auto begun = apply();
  expect_served("s2", true);
  EXPECT_EQ(signing(), "s1") << begun.all();
  apply();
  apply(400);
  EXPECT_EQ(signing(), "s2");
  // The other line keeps its key for good.
  for (const auto when : {500 + 7 * kDay, 600 + 7 * kDay, 700 + 7 * kDay}) {
    apply(when);
  }
  EXPECT_TRUE(serves("s1") && serves("s2"));
  const auto settled = plan(700 + 7 * kDay);
  EXPECT_TRUE(settled.says("In plumb: nothing to do.")) << settled.all();
  EXPECT_FALSE(settled.says("note:")) << settled.all();
}

TEST_F(Rotation, OfASelectorThatIsPutBackAfterItWasSwitchedEndsToo) {
  serve();
  const auto declare = [&](const std::string& selector) {
    project.write("domains/one.test.yaml", mail_of("{selector: " + selector + "}"));
  };
  declare("s2");
  apply();
  expect_served("s2", true);
  apply();
  apply(400);
  ASSERT_EQ(signing(), "s2");
  declare("s1");  // which is still published
  apply(3 * kDay);
  EXPECT_EQ(signing(), "s2");
  const auto back = apply(3 * kDay + 400);
  EXPECT_EQ(signing(), "s1") << back.all();
  EXPECT_TRUE(back.says("s2 goes with the first apply from ")) << back.all();
  EXPECT_TRUE(serves("s2"));
  apply(10 * kDay + 600);
  expect_served("s2", false);
  EXPECT_TRUE(serves("s1"));
  const auto settled = plan(10 * kDay + 700);
  EXPECT_TRUE(settled.says("In plumb: nothing to do.")) << settled.all();
  EXPECT_FALSE(settled.says("note:")) << settled.all();

  // What is remembered of s2 was true of a key that is gone: the next one begins anew.
  declare("s2");
  const auto again = apply(11 * kDay);
  expect_served("s2", true);
  EXPECT_EQ(signing(), "s1") << again.all();
  apply(11 * kDay + 10);
  apply(11 * kDay + 500);
  EXPECT_EQ(signing(), "s2");
  apply(19 * kDay);
  expect_served("s1", false);
  EXPECT_TRUE(plan(19 * kDay).says("In plumb: nothing to do."));
  EXPECT_TRUE(project.plumb({"rotate", "DKIMKey/one.test/s2"}).says("s2-2 is to take over"));
}

TEST_F(Rotation, OfAKeyThatIsPutInFrontOfARotatedOneEndsToo) {
  project.write("domains/one.test.yaml", mail_of("[{selector: s1}, {selector: s2}]"));
  serve();
  rotate_s1();
  apply(500 + 7 * kDay);
  expect_served("s1", false);
  ASSERT_EQ(signing(), "s1-2");

  project.write("domains/one.test.yaml", mail_of("[{selector: s2}, {selector: s1}]"));
  apply(8 * kDay);
  apply(8 * kDay + 400);
  EXPECT_EQ(signing(), "s2");
  for (const auto when : {16 * kDay, 16 * kDay + 100}) {
    apply(when);
  }
  EXPECT_TRUE(serves("s1-2") && serves("s2")) << "the other line keeps its key for good";
  const auto settled = plan(16 * kDay + 200);
  EXPECT_TRUE(settled.says("In plumb: nothing to do.")) << settled.all();
  EXPECT_FALSE(settled.says("note:")) << settled.all();
  // The rotation is over, and permits nothing any more: a line that goes is a decision of its own.
  project.write("domains/one.test.yaml", mail_of("{selector: s2}"));
  const auto refused = project.plumb({"apply", "--yes"}, at(16 * kDay + 300));
  EXPECT_EQ(refused.code, 3) << refused.all();
  EXPECT_TRUE(refused.says("allow=delete,on=DKIMKey/one.test/s1-2")) << refused.all();
  EXPECT_TRUE(project.plumb({"rotate", "DKIMKey/one.test/s2"}).says("s2-2 is to take over"));
}

/// Each apply of a rotation is killed at its worst: the world has moved, and nothing of that is
/// written down. Whatever signs can be looked up all the while, and the rotation arrives.
TEST_F(Rotation, GoesOnWhereARunWasKilledInAnyStep) {
  const auto at_hold = [&](const std::string& who) {
    return "sh, -c, \"sh " + (project.path() / "hold.sh").string() + " " + who + " && ";
  };
  project.write("hold.sh",
                "cd " + project.path().string() +
                    "\nif [ -e \"hold-$1\" ]; then : > \"held-$1\"; while [ -e \"hold-$1\" ]; do "
                    "sleep 0.05; done; exit 1; fi\n");
  serve();
  project.replace("providers/files.yaml", "sh, -c, \"", at_hold("files"));
  project.replace("providers/mailhost.yaml",
                  "directory: mail,",
                  "directory: mail, reload: [[" + at_hold("mail") + "true\"]],");
  const auto killed = [&](const std::string& who, std::int64_t when) {
    project.write("hold-" + who, "");
    const auto run = project.start({"apply", "--yes", "--no-verify"}, at(when));
    EXPECT_TRUE(project.appears("held-" + who)) << who << " at " << when;
    run->signal(SIGKILL);
    EXPECT_EQ(run->wait().code, 128 + SIGKILL);
    project.remove("hold-" + who);
    project.remove("held-" + who);
    EXPECT_NE(signing(), "");
    EXPECT_TRUE(serves(signing())) << signing() << " at " << when;
  };
  project.write("domains/one.test.yaml", mail_of("{selector: s2}"));
  killed("files", 0);  // s2 is in the zone's file, and nobody was told
  EXPECT_EQ(signing(), "s1");
  apply();
  expect_served("s2", true);
  apply();
  killed("mail", 400);  // s2 signs by the files
  EXPECT_EQ(signing(), "s2");
  EXPECT_TRUE(serves("s1"));
  const auto resumed = apply(500);
  EXPECT_EQ(signing(), "s2") << resumed.all();
  EXPECT_TRUE(resumed.says("s1 goes with the first apply from ")) << resumed.all();
  const auto over = 600 + 7 * kDay;
  killed("files", over);  // s1 is out of the file, and its key may be gone
  apply(over);
  expect_ended("s1", "s2", over);
}

TEST_F(Rotation, ComesByItselfWhereItIsDeclared) {
  project.write("domains/one.test.yaml", mail_of("{selector: s1, rotateEvery: 90d}"));
  serve();
  EXPECT_TRUE(plan(89 * kDay).says("In plumb: nothing to do."));
  const auto due = plan(91 * kDay);
  EXPECT_TRUE(due.says("s1-2._domainkey TXT")) << due.all();
  apply(91 * kDay);
  expect_served("s1-2", true);
  EXPECT_TRUE(plan().says("In plumb: nothing to do.")) << "it is begun, and stays so";
}

TEST_F(Rotation, PassesByASelectorThatIsDeclaredByHand) {
  project.write(
      "domains/one.test.yaml",
      mail_of("{selector: s1}",
              "  records: [{name: s1-2._domainkey, type: TXT, value: \"v=DKIM1; p=\"}]\n"));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_TRUE(project.plumb({"rotate", "DKIMKey/one.test/s1"}).says("s1-3 is to take over"));
}

TEST_F(Rotation, IsBegunOnceAndOnlyOfKeysThatAreMadeHere) {
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  const auto unknown = project.plumb({"rotate", "DKIMKey/one.test/s2"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_TRUE(unknown.says("no key 'DKIMKey/one.test/s2' is made here")) << unknown.all();
  EXPECT_TRUE(unknown.says("DKIMKey/one.test/s1")) << unknown.all();
  EXPECT_EQ(project.plumb({"rotate", "DKIMKey/one.test/s1"}).code, 0);
  const auto twice = project.plumb({"rotate", "DKIMKey/one.test/s1"});
  EXPECT_EQ(twice.code, 1);
  EXPECT_TRUE(twice.says("is being rotated already")) << twice.all();
}

}  // namespace
}  // namespace plumb::test
