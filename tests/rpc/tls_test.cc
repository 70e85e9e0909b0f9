// TLS over real sockets, with certificates made for the occasion.
#include "server/rpc/tls.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "hotline/client.h"
#include "hotline/v1/archive_service.grpc.pb.h"
#include "server/rpc/call_record.h"
#include "server/rpc/health_service.h"
#include "tests/support/certificates.h"
#include "tests/support/temporary_folder.h"

namespace hotline::server {
namespace {

using ::hotline::tests::CertificateAuthority;
using ::hotline::tests::CertifiedKey;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class EmptyArchive final : public v1::ArchiveService::CallbackService {
  grpc::ServerUnaryReactor* GetCorpus(grpc::CallbackServerContext* context, const v1::GetCorpusRequest*,
                                      v1::GetCorpusResponse*) override {
    auto* const reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

// A server with two ports: one that gRPC listens on, and one whose connections are accepted here and handed over.
class TlsServer {
 public:
  explicit TlsServer(ServerCertificates& certificates) {
    health_.SetServing(true);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", certificates.credentials(), &port_);
    acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, certificates.credentials());
    builder.RegisterService(&health_);
    builder.RegisterService(&archive_);
    server_ = builder.BuildAndStart();
    Listen();
    accepting_ = std::thread([this] { Accept(); });
  }

  ~TlsServer() {
    shutdown(listener_, SHUT_RDWR);
    accepting_.join();
    close(listener_);
    server_->Shutdown(std::chrono::system_clock::now());
  }

  int port() const { return port_; }
  std::string target() const { return absl::StrCat("127.0.0.1:", port_); }
  std::string handing_target() const { return absl::StrCat("127.0.0.1:", handing_port_); }

 private:
  void Listen() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ASSERT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(listen(listener_, 128), 0);
    ASSERT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    handing_port_ = ntohs(address.sin_port);
  }

  void Accept() {
    while (true) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
      connection.listener_fd = listener_;
      connection.fd = fd;
      acceptor_->HandleNewConnection(&connection);
    }
  }

  const CallObserver observer_{nullptr, nullptr, false};
  HealthService health_{{}, &observer_};
  EmptyArchive archive_;
  int port_ = 0;
  int listener_ = -1;
  int handing_port_ = 0;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::unique_ptr<grpc::Server> server_;
  std::thread accepting_;
};

// What a call of a client saw.
struct Seen {
  grpc::Status status;
  std::string certificate;  // the server's, in PEM form
};

Seen Call(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  v1::GetCorpusResponse response;
  Seen seen;
  seen.status = v1::ArchiveService::NewStub(channel)->GetCorpus(&context, {}, &response);
  if (const auto auth = context.auth_context(); seen.status.ok() && auth != nullptr) {
    for (const grpc::string_ref& value : auth->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME)) {
      seen.certificate.assign(value.data(), value.size());
    }
  }
  return seen;
}

// A channel with a connection of its own.
std::shared_ptr<grpc::Channel> Connect(const std::string& target,
                                       const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(target, credentials, arguments);
}

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    options_.cert_file = Path("cert.pem");
    options_.key_file = Path("key.pem");
    options_.refresh = absl::Hours(1);  // Tests say when to look.
    Write(authority().Issue());
  }

  static const CertificateAuthority& authority() {
    static const auto* const kAuthority = new CertificateAuthority();
    return *kAuthority;
  }
  static const CertificateAuthority& client_authority() {
    static const auto* const kAuthority = new CertificateAuthority();
    return *kAuthority;
  }

  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  void Write(const CertifiedKey& pair) {
    folder_.Write("cert.pem", pair.cert);
    folder_.Write("key.pem", pair.key);
  }

  void AskForClientCertificates(std::vector<std::string> allowed_names = {}) {
    folder_.Write("clients.pem", client_authority().pem());
    options_.client_ca_file = Path("clients.pem");
    options_.allowed_names = std::move(allowed_names);
  }

  void Start() {
    auto certificates = ServerCertificates::Make(options_, [this](const CertificateEvent& event) {
      absl::MutexLock lock(&mutex_);
      events_.push_back(event);
    });
    ASSERT_EQ(certificates.status(), absl::OkStatus());
    certificates_ = *std::move(certificates);
    server_ = std::make_unique<TlsServer>(*certificates_);
  }

  std::vector<CertificateEvent> events() {
    absl::MutexLock lock(&mutex_);
    return events_;
  }
  // Waits for so many events.
  bool WaitForEvents(std::size_t count) {
    const auto enough = [this, count]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return events_.size() >= count; };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20));
  }

  static std::shared_ptr<grpc::ChannelCredentials> Trusting(const CertifiedKey& own = {}) {
    return grpc::SslCredentials({authority().pem(), own.key, own.cert});
  }
  // A call over a connection of its own.
  Seen Call(const CertifiedKey& own = {}) const { return server::Call(Connect(server_->target(), Trusting(own))); }

  tests::TemporaryFolder folder_;
  TlsOptions options_;
  absl::Mutex mutex_;
  std::vector<CertificateEvent> events_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<ServerCertificates> certificates_;
  std::unique_ptr<TlsServer> server_;
};

TEST_F(TlsTest, ServesTheSdk) {
  Start();
  folder_.Write("ca.pem", authority().pem());
  ConnectionOptions options;
  options.ca_file = Path("ca.pem");
  EXPECT_EQ(Client(MakeConnection(server_->target(), options)).GetCorpus().status(), absl::OkStatus());
}

TEST_F(TlsTest, ServesConnectionsThatWereAcceptedElsewhere) {
  AskForClientCertificates({"reader.example"});
  Start();
  const auto call = [this](const std::string& name) {
    return server::Call(Connect(server_->handing_target(), Trusting(client_authority().Issue(name)))).status;
  };
  EXPECT_EQ(call("DNS:reader.example").error_code(), grpc::OK);
  EXPECT_EQ(call("DNS:other.example").error_code(), grpc::PERMISSION_DENIED);
  const CertifiedKey pair = authority().Issue();
  Write(pair);
  ASSERT_EQ(certificates_->CheckNow(), absl::OkStatus());
  const Seen seen =
      server::Call(Connect(server_->handing_target(), Trusting(client_authority().Issue("DNS:reader.example"))));
  EXPECT_EQ(seen.certificate, pair.cert);
}

TEST_F(TlsTest, RefusesPlaintext) {
  Start();
  for (const std::string& target : {server_->target(), server_->handing_target()}) {
    EXPECT_EQ(server::Call(Connect(target, grpc::InsecureChannelCredentials())).status.error_code(), grpc::UNAVAILABLE);
  }
}

TEST_F(TlsTest, ServesNewFilesToNewConnectionsWhileOpenOnesGoOn) {
  const CertifiedKey before = authority().Issue();
  Write(before);
  Start();
  const std::shared_ptr<grpc::Channel> open = Connect(server_->target(), Trusting());
  EXPECT_EQ(server::Call(open).certificate, before.cert);

  const CertifiedKey after = authority().Issue("DNS:localhost,IP:127.0.0.1", -absl::Hours(1), absl::Hours(2));
  Write(after);
  EXPECT_EQ(certificates_->CheckNow(), absl::OkStatus());
  EXPECT_EQ(Call().certificate, after.cert);
  EXPECT_EQ(server::Call(open).certificate, before.cert);
  EXPECT_GT(certificates_->not_after(), absl::Now() + absl::Minutes(119));
}

TEST_F(TlsTest, LooksAtTheFilesByItself) {
  options_.refresh = absl::Milliseconds(5);
  Start();
  const CertifiedKey after = authority().Issue();
  std::filesystem::create_directory(Path("next"));
  folder_.Write("next/cert.pem", after.cert);
  std::filesystem::rename(Path("next/cert.pem"), Path("cert.pem"));
  ASSERT_TRUE(WaitForEvents(1));  // the key does not fit yet
  EXPECT_EQ(events().front().outcome, CertificateEvent::Outcome::kRefused);
  folder_.Write("next/key.pem", after.key);
  std::filesystem::rename(Path("next/key.pem"), Path("key.pem"));
  ASSERT_TRUE(WaitForEvents(2));
  EXPECT_EQ(events().back().outcome, CertificateEvent::Outcome::kReloaded);
  EXPECT_EQ(events().back().not_after, certificates_->not_after());
  EXPECT_EQ(Call().certificate, after.cert);
}

// Certificates in a folder that a symbolic link names, as Kubernetes mounts secrets, replaced while connections come.
TEST_F(TlsTest, ARotationUnderLoadFailsNoCall) {
  constexpr int kRotations = 40;
  constexpr int kClients = 4;
  const auto rotate = [this](int generation) {
    const std::string name = absl::StrCat("generation", generation);
    std::filesystem::create_directory(Path(name));
    const CertifiedKey pair = authority().Issue();
    folder_.Write(name + "/cert.pem", pair.cert);
    folder_.Write(name + "/key.pem", pair.key);
    std::filesystem::create_symlink(name, Path("next"));
    std::filesystem::rename(Path("next"), Path("current"));
  };
  rotate(0);
  options_.cert_file = Path("current/cert.pem");
  options_.key_file = Path("current/key.pem");
  Start();

  struct {
    absl::Mutex mutex;
    bool done = false;
    int calls = 0;
    std::vector<std::string> failures;
    std::set<std::string> certificates;
  } shared;
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([this, &shared] {
      const std::shared_ptr<grpc::Channel> open = Connect(server_->target(), Trusting());
      for (bool done = false; !done;) {
        const Seen fresh = Call();
        const Seen old = server::Call(open);
        absl::MutexLock lock(&shared.mutex);
        for (const Seen& seen : {fresh, old}) {
          if (!seen.status.ok()) shared.failures.push_back(seen.status.error_message());
        }
        shared.certificates.insert(fresh.certificate);
        shared.calls += 2;
        done = shared.done;
      }
    });
  }
  for (int generation = 1; generation <= kRotations; ++generation) {
    {
      const auto enough = [&shared, generation] { return shared.calls >= generation * 10; };
      absl::MutexLock lock(&shared.mutex);
      EXPECT_TRUE(shared.mutex.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20)));
    }
    rotate(generation);
    EXPECT_EQ(certificates_->CheckNow(), absl::OkStatus());
  }
  {
    absl::MutexLock lock(&shared.mutex);
    shared.done = true;
  }
  for (std::thread& client : clients) client.join();

  EXPECT_THAT(shared.failures, IsEmpty());
  EXPECT_GT(shared.certificates.size(), kRotations / 2U);
  EXPECT_EQ(events().size(), static_cast<std::size_t>(kRotations));
  RecordProperty("calls", shared.calls);
}

TEST_F(TlsTest, TellsOfAChangeOnce) {
  const CertifiedKey pair = authority().Issue();
  Write(pair);
  Start();
  folder_.Write("key.pem", authority().Issue().key);
  EXPECT_EQ(certificates_->CheckNow().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(certificates_->CheckNow().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(events().size(), 1U);
  folder_.Write("key.pem", authority().Issue().key);  // as wrong, but another change
  EXPECT_EQ(certificates_->CheckNow().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(events().size(), 2U);
  Write(pair);  // what is served: nothing to tell
  EXPECT_EQ(certificates_->CheckNow(), absl::OkStatus());
  EXPECT_EQ(certificates_->CheckNow(), absl::OkStatus());
  EXPECT_EQ(events().size(), 2U);
}

// Files that cannot be served, made of good ones.
struct BadFiles {
  std::string name;
  std::function<void(const std::string& folder)> spoil;
  std::string file;
  std::string reason;
};
void PrintTo(const BadFiles& files, std::ostream* out) { *out << files.name; }

void WriteFile(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

void WritePair(const std::string& folder, const CertifiedKey& pair) {
  WriteFile(folder + "/cert.pem", pair.cert);
  WriteFile(folder + "/key.pem", pair.key);
}

class BadFilesTest : public TlsTest, public ::testing::WithParamInterface<BadFiles> {
 protected:
  BadFilesTest() { AskForClientCertificates(); }
  auto Message() const { return AllOf(HasSubstr(Path(GetParam().file)), HasSubstr(GetParam().reason)); }
};

TEST_P(BadFilesTest, AreRefusedAtStart) {
  GetParam().spoil(folder_.path());
  const absl::Status status = ServerCertificates::Make(options_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), Message());
}

TEST_P(BadFilesTest, LeaveThoseBeforeThemInPlace) {
  const CertifiedKey before = authority().Issue();
  Write(before);
  Start();
  GetParam().spoil(folder_.path());
  const absl::Status status = certificates_->CheckNow();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), Message());
  const Seen seen = Call(client_authority().Issue("DNS:reader.example"));
  EXPECT_EQ(seen.status.error_code(), grpc::OK) << seen.status.error_message();
  EXPECT_EQ(seen.certificate, before.cert);
  ASSERT_EQ(events().size(), 1U);
  EXPECT_EQ(events().front().outcome, CertificateEvent::Outcome::kRefused);
  EXPECT_THAT(events().front().message, Message());
}

INSTANTIATE_TEST_SUITE_P(
    TlsTest, BadFilesTest,
    ::testing::Values(
        BadFiles{"Mismatch",
                 [](const std::string& folder) { WriteFile(folder + "/key.pem", CertificateAuthority().Issue().key); },
                 "key.pem", "does not fit certificate"},
        BadFiles{"Expired",
                 [](const std::string& folder) {
                   WritePair(folder, CertificateAuthority().Issue("DNS:localhost", -absl::Hours(2), -absl::Minutes(1)));
                 },
                 "cert.pem", "expired at 20"},
        BadFiles{"NotYetValid",
                 [](const std::string& folder) {
                   WritePair(folder, CertificateAuthority().Issue("DNS:localhost", absl::Hours(1), absl::Hours(2)));
                 },
                 "cert.pem", "is not valid before 20"},
        BadFiles{"CertificateGone", [](const std::string& folder) { std::filesystem::remove(folder + "/cert.pem"); },
                 "cert.pem", "cannot be opened: No such file or directory"},
        BadFiles{"KeyGone", [](const std::string& folder) { std::filesystem::remove(folder + "/key.pem"); }, "key.pem",
                 "cannot be opened: No such file or directory"},
        BadFiles{"CertificateIsNone", [](const std::string& folder) { WriteFile(folder + "/cert.pem", "hello"); },
                 "cert.pem", "holds no certificate in PEM form"},
        BadFiles{"CertificateIsEmpty", [](const std::string& folder) { WriteFile(folder + "/cert.pem", ""); },
                 "cert.pem", "holds no certificate in PEM form"},
        BadFiles{"ChainIsCut",
                 [](const std::string& folder) {
                   const CertifiedKey pair = CertificateAuthority().Issue();
                   WritePair(folder, {pair.cert + pair.cert.substr(0, pair.cert.size() / 2), pair.key});
                 },
                 "cert.pem", "is broken at certificate 2"},
        BadFiles{"ChainIsWeak",
                 [](const std::string& folder) {
                   const CertifiedKey pair = CertificateAuthority().Issue();
                   WritePair(folder, {pair.cert + CertificateAuthority().IssueShort().cert, pair.key});
                 },
                 "cert.pem", "cannot be used with certificate 2 in it: ca key too small"},
        BadFiles{"KeyIsNone", [](const std::string& folder) { WriteFile(folder + "/key.pem", "hello"); }, "key.pem",
                 "holds no private key in PEM form"},
        BadFiles{"KeyIsLocked",
                 [](const std::string& folder) {
                   WriteFile(folder + "/key.pem", tests::WithPassphrase(CertificateAuthority().Issue().key));
                 },
                 "key.pem", "is protected by a passphrase"},
        BadFiles{"KeyIsShort",
                 [](const std::string& folder) { WritePair(folder, CertificateAuthority().IssueShort()); }, "cert.pem",
                 "ee key too small"},
        BadFiles{"KeyIsAFolder",
                 [](const std::string& folder) {
                   std::filesystem::remove(folder + "/key.pem");
                   std::filesystem::create_directory(folder + "/key.pem");
                 },
                 "key.pem", "is not a file"},
        BadFiles{"CertificateIsHuge",
                 [](const std::string& folder) { WriteFile(folder + "/cert.pem", std::string(1 << 21, 'x')); },
                 "cert.pem", "is larger than 1048576 bytes"},
        BadFiles{"AuthoritiesGone", [](const std::string& folder) { std::filesystem::remove(folder + "/clients.pem"); },
                 "clients.pem", "cannot be opened"},
        BadFiles{"AuthoritiesAreNone", [](const std::string& folder) { WriteFile(folder + "/clients.pem", "hello"); },
                 "clients.pem", "holds no certificate in PEM form"}),
    [](const auto& instance) { return instance.param.name; });

TEST_F(TlsTest, OptionsMustFitTogether) {
  TlsOptions no_key = options_;
  no_key.key_file = "";
  EXPECT_THAT(std::string(ServerCertificates::Make(no_key).status().message()), HasSubstr("certificate and its key"));
  TlsOptions no_authority = options_;
  no_authority.allowed_names = {"reader.example"};
  EXPECT_THAT(std::string(ServerCertificates::Make(no_authority).status().message()),
              HasSubstr("no client authorities"));
}

TEST_F(TlsTest, ClientsMustShowACertificateByTheAuthority) {
  AskForClientCertificates();
  Start();
  EXPECT_EQ(Call(client_authority().Issue("DNS:reader.example")).status.error_code(), grpc::OK);
  EXPECT_EQ(Call().status.error_code(), grpc::UNAVAILABLE) << "no certificate";
  EXPECT_EQ(Call(authority().Issue("DNS:reader.example")).status.error_code(), grpc::UNAVAILABLE)
      << "another authority's";
  EXPECT_EQ(
      Call(client_authority().Issue("DNS:reader.example", -absl::Hours(1), -absl::Minutes(1))).status.error_code(),
      grpc::UNAVAILABLE)
      << "expired";
}

TEST_F(TlsTest, TheSdkShowsItsCertificate) {
  AskForClientCertificates({"spiffe://hotline.example/reader"});
  Start();
  const CertifiedKey own = client_authority().Issue("URI:spiffe://hotline.example/reader");
  folder_.Write("ca.pem", authority().pem());
  folder_.Write("own_cert.pem", own.cert);
  folder_.Write("own_key.pem", own.key);
  ConnectionOptions options;
  options.ca_file = Path("ca.pem");
  options.cert_file = Path("own_cert.pem");
  options.key_file = Path("own_key.pem");
  EXPECT_EQ(Client(MakeConnection(server_->target(), options)).GetCorpus().status(), absl::OkStatus());
}

TEST_F(TlsTest, OnlyAllowedNamesMayCall) {
  AskForClientCertificates(
      {"reader.example", "spiffe://hotline.example/reader", "reader@hotline.example", "192.0.2.7"});
  Start();
  for (const std::string name :
       {"DNS:reader.example", "URI:spiffe://hotline.example/reader", "email:reader@hotline.example", "IP:192.0.2.7",
        "DNS:other.example,DNS:reader.example"}) {
    EXPECT_EQ(Call(client_authority().Issue(name)).status.error_code(), grpc::OK) << name;
  }
  for (const std::string name : {"DNS:other.example", "DNS:*.example", "DNS:a.reader.example", "DNS:READER.EXAMPLE",
                                 "URI:spiffe://hotline.example/reader/x"}) {
    EXPECT_EQ(Call(client_authority().Issue(name)).status.error_code(), grpc::PERMISSION_DENIED) << name;
  }
}

TEST_F(TlsTest, ARefusedClientIsToldTheNamesOfItsCertificate) {
  AskForClientCertificates({"reader.example"});
  Start();
  const grpc::Status status = Call(client_authority().Issue("DNS:a.example,URI:spiffe://b/c")).status;
  EXPECT_EQ(status.error_code(), grpc::PERMISSION_DENIED);
  EXPECT_EQ(status.error_message(),
            "the client certificate is for \"a.example\", \"spiffe://b/c\", which may not call this server");
  std::string many = "DNS:0.example";
  for (int i = 1; i < 50; ++i) absl::StrAppend(&many, ",DNS:", i, ".example");
  EXPECT_THAT(Call(client_authority().Issue(many)).status.error_message(), HasSubstr("\"3.example\" and 46 more"));
  EXPECT_THAT(Call(client_authority().Issue("")).status.error_message(), HasSubstr("no name"));
}

// The common name is not among the names: authorities need not vouch for it.
TEST_F(TlsTest, TheCommonNameIsNoName) {
  AskForClientCertificates({CertificateAuthority::kCommonName});
  Start();
  EXPECT_EQ(Call(client_authority().Issue("")).status.error_code(), grpc::PERMISSION_DENIED);
}

TEST_F(TlsTest, MethodsThatAreNotServedAreGuardedToo) {
  AskForClientCertificates({"reader.example"});
  Start();
  const auto call = [this](const std::string& name) {
    const auto stub = v1::ArchiveService::NewStub(Connect(server_->target(), Trusting(client_authority().Issue(name))));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    v1::GetDocumentResponse response;
    return stub->GetDocument(&context, {}, &response).error_code();
  };
  EXPECT_EQ(call("DNS:reader.example"), grpc::UNIMPLEMENTED);
  EXPECT_EQ(call("DNS:other.example"), grpc::PERMISSION_DENIED);
}

TEST_F(TlsTest, WhoeverMayConnectMayAskForHealth) {
  AskForClientCertificates({"reader.example"});
  Start();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  grpc::health::v1::HealthCheckResponse response;
  const auto channel = Connect(server_->target(), Trusting(client_authority().Issue("DNS:other.example")));
  EXPECT_TRUE(grpc::health::v1::Health::NewStub(channel)->Check(&context, {}, &response).ok());
  EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING);
}

TEST_F(TlsTest, NewClientAuthoritiesCountForNewConnections) {
  AskForClientCertificates();
  Start();
  const CertifiedKey old_client = client_authority().Issue("DNS:reader.example");
  const std::shared_ptr<grpc::Channel> open = Connect(server_->target(), Trusting(old_client));
  EXPECT_EQ(server::Call(open).status.error_code(), grpc::OK);

  const CertificateAuthority next;
  folder_.Write("clients.pem", client_authority().pem() + next.pem());
  ASSERT_EQ(certificates_->CheckNow(), absl::OkStatus());
  const CertifiedKey new_client = next.Issue("DNS:reader.example");
  EXPECT_EQ(Call(old_client).status.error_code(), grpc::OK);
  EXPECT_EQ(Call(new_client).status.error_code(), grpc::OK);

  folder_.Write("clients.pem", next.pem());
  ASSERT_EQ(certificates_->CheckNow(), absl::OkStatus());
  EXPECT_EQ(Call(old_client).status.error_code(), grpc::UNAVAILABLE);
  EXPECT_EQ(Call(new_client).status.error_code(), grpc::OK);
  EXPECT_EQ(server::Call(open).status.error_code(), grpc::OK);
}

// How a handshake by a client that speaks this version of TLS ends: "" or OpenSSL's reason.
std::string Handshake(int port, int version) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);  // Else this side would refuse what is old.
  SSL_CTX_set_min_proto_version(context.get(), version);
  SSL_CTX_set_max_proto_version(context.get(), version);
  constexpr unsigned char kAlpn[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context.get(), kAlpn, sizeof(kAlpn));
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
  SSL_set_fd(ssl.get(), fd);
  std::string reason;
  if (SSL_connect(ssl.get()) == 1) {
    const unsigned char* protocol = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl.get(), &protocol, &size);
    EXPECT_EQ(std::string(protocol, protocol + size), "h2");
  } else {
    const char* const known = ERR_reason_error_string(ERR_peek_last_error());
    reason = known == nullptr ? "unknown" : known;
  }
  ERR_clear_error();
  close(fd);
  return reason;
}

TEST_F(TlsTest, VersionsBelowTls12AreRefused) {
  Start();
  EXPECT_EQ(Handshake(server_->port(), TLS1_3_VERSION), "");
  EXPECT_EQ(Handshake(server_->port(), TLS1_2_VERSION), "");
  // gRPC hangs up without an alert.
  EXPECT_EQ(Handshake(server_->port(), TLS1_1_VERSION), "unexpected eof while reading");
  EXPECT_EQ(Handshake(server_->port(), TLS1_VERSION), "unexpected eof while reading");
}

}  // namespace
}  // namespace hotline::server
