#ifndef HOTLINE_SERVER_RPC_TLS_H_
#define HOTLINE_SERVER_RPC_TLS_H_

#include <grpcpp/security/server_credentials.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace hotline::server {

struct TlsOptions {
  // PEM: the server's certificate with the chain behind it, and its key without a passphrase.
  std::string cert_file;
  std::string key_file;

  // PEM: not empty means that clients must show a certificate by one of these authorities.
  std::string client_ca_file;

  // With client_ca_file: the DNS, URI (SPIFFE), e-mail and IP names, as the subject alternative names of a certificate
  // give them, whose owners may call. One that matches exactly is enough. Empty: every certificate by the authorities.
  std::vector<std::string> allowed_names;

  // How often the files are looked at. Above 0.
  absl::Duration refresh = absl::Seconds(60);
};

// What came of files that had changed.
struct CertificateEvent {
  enum class Outcome { kReloaded, kRefused };
  Outcome outcome;
  std::string message;   // names the file, and why it was refused
  absl::Time not_after;  // when the certificate that is served now ends to be valid
};

// The certificate that the server shows, and the authorities that it takes clients' certificates from, kept as the
// files on disk are.
//
// The files are read and checked together: new ones are served to connections made from then on, while open ones go on
// as they are; bad ones (gone, not PEM, a key that fits another certificate, expired, not valid yet) are refused, and
// those before them stay. So files may be replaced in any way and order, best by the swap of a symbolic link. A change
// is logged once.
//
// gRPC's own FileWatcherCertificateProvider is not used: it takes a pair that does not match, and then fails every
// handshake.
//
// TLS is of version 1.2 at least. Threads: any. Owns a thread, which destruction joins. Must outlive every gRPC server
// that uses its credentials.
class ServerCertificates {
 public:
  // Called when files had changed, by the thread that looked at them. Must not block for long.
  using Observer = std::function<void(const CertificateEvent&)>;

  // INVALID_ARGUMENT for files that cannot be served, in words that name the file, and for options that do not fit
  // together. The observer, if any, hears of later changes only.
  static absl::StatusOr<std::unique_ptr<ServerCertificates>> Make(const TlsOptions& options, Observer observer = {});

  ~ServerCertificates();
  ServerCertificates(const ServerCertificates&) = delete;
  ServerCertificates& operator=(const ServerCertificates&) = delete;

  // For ServerBuilder::AddListeningPort and AddExternalConnectionAcceptor, any number of them. With allowed_names,
  // calls of other clients, but for those to the health service, end with PERMISSION_DENIED before they reach a
  // service; one log line names each such client.
  std::shared_ptr<grpc::ServerCredentials> credentials();

  // Looks at the files now instead of at the next `refresh`. OK: what they hold is served. Otherwise as Make, and what
  // was served before still is.
  absl::Status CheckNow() ABSL_LOCKS_EXCLUDED(check_mutex_);

  // When the certificate that is served ends to be valid.
  absl::Time not_after() const;

 private:
  class Credentials;
  class Guard;
  class Served;

  // The contents of the three files.
  struct Files {
    std::string cert;
    std::string key;
    std::string client_ca;

    bool operator==(const Files& other) const;
  };

  ServerCertificates(const TlsOptions& options, Observer observer, std::unique_ptr<Served> served);

  static absl::StatusOr<Files> Read(const TlsOptions& options);
  // Whether gRPC can serve these. The time is when the certificate ends to be valid.
  static absl::StatusOr<absl::Time> Check(const TlsOptions& options, const Files& files);

  // Tells of the refusal unless that was done.
  absl::Status Refuse(Files files, const absl::Status& refusal) ABSL_EXCLUSIVE_LOCKS_REQUIRED(check_mutex_);

  const TlsOptions options_;
  const Observer observer_;
  const std::unique_ptr<Served> served_;
  const std::unique_ptr<Guard> guard_;  // null without allowed_names

  absl::Mutex check_mutex_;  // held while files are read
  // What was refused last, so that it is told once.
  Files refused_files_ ABSL_GUARDED_BY(check_mutex_);
  absl::Status refusal_ ABSL_GUARDED_BY(check_mutex_);

  absl::Notification stopping_;
  std::thread watcher_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_TLS_H_
