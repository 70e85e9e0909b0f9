// hotlined with its flags of TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "hotline/client.h"
#include "tests/support/certificates.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace hotline::tests {
namespace {

using ::testing::HasSubstr;

class TlsProgramTest : public ::testing::Test {
 protected:
  TlsProgramTest() {
    Write("server", authority_.Issue());
    Write("client", authority_.Issue("URI:spiffe://hotline.example/reader"));
    folder_.Write("ca.pem", authority_.pem());
  }

  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  void Write(const std::string& name, const CertifiedKey& pair) const {
    folder_.Write(name + "_cert.pem", pair.cert);
    folder_.Write(name + "_key.pem", pair.key);
  }

  std::vector<std::string> CommandLine(const std::string& allowed_name) const {
    return {HOTLINED,
            "--listen=127.0.0.1:0",
            "--tls_cert=" + Path("server_cert.pem"),
            "--tls_key=" + Path("server_key.pem"),
            "--tls_client_ca=" + Path("ca.pem"),
            "--tls_allowed_names=" + allowed_name,
            "--tls_refresh=1h"};
  }

  // A call over a connection of its own.
  absl::Status Call(const std::string& listening) const {
    ConnectionOptions options;
    options.initial_backoff = absl::Milliseconds(1);
    options.ca_file = Path("ca.pem");
    options.cert_file = Path("client_cert.pem");
    options.key_file = Path("client_key.pem");
    const std::string address = listening.substr(listening.rfind(' ') + 1);
    return Client(MakeConnection(address, options)).GetCorpus().status();
  }

  TemporaryFolder folder_;
  const CertificateAuthority authority_;
};

TEST_F(TlsProgramTest, AHangupTakesUpNewFiles) {
  Process hotlined(CommandLine("spiffe://hotline.example/reader"));
  const std::optional<std::string> listening = hotlined.WaitForLine("listening on ");
  ASSERT_TRUE(listening.has_value()) << hotlined.standard_error();
  EXPECT_EQ(Call(*listening), absl::OkStatus());

  // Server and clients change to another authority.
  const CertificateAuthority next;
  Write("server", next.Issue());
  Write("client", next.Issue("URI:spiffe://hotline.example/reader"));
  folder_.Write("ca.pem", next.pem());
  EXPECT_EQ(Call(*listening).code(), absl::StatusCode::kUnavailable);
  hotlined.Signal(SIGHUP);
  ASSERT_TRUE(hotlined.WaitForLine("SIGHUP: serving revision").has_value()) << hotlined.standard_error();
  EXPECT_EQ(Call(*listening), absl::OkStatus());

  hotlined.Signal(SIGTERM);
  EXPECT_EQ(hotlined.Wait(), 0);
}

TEST_F(TlsProgramTest, ANameThatIsNotAllowedIsRefusedAndLogged) {
  Process hotlined(CommandLine("spiffe://hotline.example/writer"));
  const std::optional<std::string> listening = hotlined.WaitForLine("listening on ");
  ASSERT_TRUE(listening.has_value()) << hotlined.standard_error();
  EXPECT_EQ(Call(*listening).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(hotlined.WaitForLine("a certificate for \"spiffe://hotline.example/reader\"").has_value());
}

TEST_F(TlsProgramTest, AKeyThatDoesNotFitIsRefusedAtStart) {
  folder_.Write("server_key.pem", authority_.Issue().key);
  Process hotlined(CommandLine("spiffe://hotline.example/reader"));
  EXPECT_EQ(hotlined.Wait(), 1);
  EXPECT_THAT(hotlined.standard_error(),
              HasSubstr(absl::StrCat("hotlined: TLS key \"", Path("server_key.pem"), "\" does not fit certificate")));
}

}  // namespace
}  // namespace hotline::tests
