// TLS over a real socket, with a certificate made for the occasion, which is its own authority.
#include <gmock/gmock.h>
#include <grpcpp/security/server_credentials.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "hotline/client.h"
#include "tests/client/scripted_server.h"
#include "tests/support/process.h"

namespace hotline::tests {
namespace {

std::string Read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class TlsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = ::testing::TempDir() + "hotline-tls-" + std::to_string(getpid());
    std::filesystem::create_directory(folder_);
    Process openssl({OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
                     "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", Key(), "-out", Cert()});
    ASSERT_EQ(openssl.Wait(), 0) << openssl.standard_error();
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder_); }

  static std::string Cert() { return folder_ + "/cert.pem"; }
  static std::string Key() { return folder_ + "/key.pem"; }

  static ScriptedServer MakeServer(bool asks_for_certificate) {
    grpc::SslServerCredentialsOptions options(asks_for_certificate
                                                  ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                                  : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
    options.pem_key_cert_pairs.push_back({Read(Key()), Read(Cert())});
    options.pem_root_certs = Read(Cert());
    return ScriptedServer("127.0.0.1:0", grpc::SslServerCredentials(options));
  }

  static absl::Status Call(const ScriptedServer& server, ConnectionOptions options) {
    options.initial_backoff = absl::Milliseconds(1);
    return Client(MakeConnection(server.target(), options)).GetCorpus().status();
  }

  static inline std::string folder_;
};

TEST_F(TlsTest, AServerWhoseAuthorityIsTrustedAnswers) {
  const ScriptedServer server = MakeServer(false);
  ConnectionOptions options;
  options.ca_file = Cert();
  EXPECT_EQ(Call(server, options), absl::OkStatus());
}

TEST_F(TlsTest, AServerWhoseAuthorityIsNotTrustedIsRefused) {
  const ScriptedServer server = MakeServer(false);
  ConnectionOptions options;
  options.tls = true;
  EXPECT_EQ(Call(server, options).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(server.get_corpus_calls(), 0);
}

TEST_F(TlsTest, WithoutTlsAServerThatWantsItCannotBeCalled) {
  const ScriptedServer server = MakeServer(false);
  EXPECT_EQ(Call(server, {}).code(), absl::StatusCode::kUnavailable);
}

TEST_F(TlsTest, AServerThatAsksForACertificateGetsIt) {
  const ScriptedServer server = MakeServer(true);
  ConnectionOptions options;
  options.ca_file = Cert();
  EXPECT_EQ(Call(server, options).code(), absl::StatusCode::kUnavailable);
  options.cert_file = Cert();
  options.key_file = Key();
  EXPECT_EQ(Call(server, options), absl::OkStatus());
}

}  // namespace
}  // namespace hotline::tests
