// TLS over a real socket, with certificates made for the occasion.
#include <gmock/gmock.h>
#include <grpcpp/security/server_credentials.h>
#include <gtest/gtest.h>

#include <string>

#include "hotline/client.h"
#include "tests/client/scripted_server.h"
#include "tests/support/certificates.h"
#include "tests/support/temporary_folder.h"

namespace hotline::tests {
namespace {

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    folder_.Write("ca.pem", authority_.pem());
    folder_.Write("cert.pem", pair_.cert);
    folder_.Write("key.pem", pair_.key);
  }

  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }

  ScriptedServer MakeServer(bool asks_for_certificate) const {
    grpc::SslServerCredentialsOptions options(asks_for_certificate
                                                  ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                                  : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
    options.pem_key_cert_pairs.push_back({pair_.key, pair_.cert});
    options.pem_root_certs = authority_.pem();
    return ScriptedServer("127.0.0.1:0", grpc::SslServerCredentials(options));
  }

  static absl::Status Call(const ScriptedServer& server, ConnectionOptions options) {
    options.initial_backoff = absl::Milliseconds(1);
    return Client(MakeConnection(server.target(), options)).GetCorpus().status();
  }

  TemporaryFolder folder_;
  const CertificateAuthority authority_;
  const CertifiedKey pair_ = authority_.Issue();
};

TEST_F(TlsTest, AServerWhoseAuthorityIsTrustedAnswers) {
  const ScriptedServer server = MakeServer(false);
  ConnectionOptions options;
  options.ca_file = Path("ca.pem");
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
  options.ca_file = Path("ca.pem");
  EXPECT_EQ(Call(server, options).code(), absl::StatusCode::kUnavailable);
  options.cert_file = Path("cert.pem");
  options.key_file = Path("key.pem");
  EXPECT_EQ(Call(server, options), absl::OkStatus());
}

}  // namespace
}  // namespace hotline::tests
