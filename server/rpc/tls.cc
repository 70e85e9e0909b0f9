#include "server/rpc/tls.h"

#include <fcntl.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "server/corpus/errors.h"
#include "spdlog/spdlog.h"

namespace hotline::server {
namespace {

constexpr std::size_t kMostFileBytes = 1024 * 1024;
constexpr std::size_t kMostNamesTold = 4;
constexpr std::size_t kMostNamesLogged = 1000;

template <auto free>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Context = std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>>;

absl::Status Refused(absl::string_view what, const std::string& file, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("TLS ", what, " \"", file, "\" ", why));
}

// What OpenSSL said last; its queue of errors is empty afterwards.
std::string OpenSslReason() {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  std::string result = reason == nullptr ? "unknown error" : reason;
  ERR_clear_error();
  return result;
}

absl::StatusOr<std::string> ReadFile(absl::string_view what, const std::string& file) {
  // O_NONBLOCK: to open a named pipe would wait for its writer.
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return Refused(what, file, absl::StrCat("cannot be opened: ", std::strerror(errno)));
  absl::StatusOr<std::string> result;
  struct stat status = {};
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    result = Refused(what, file, "is not a file");
  } else {
    std::string text(kMostFileBytes + 1, '\0');
    std::size_t size = 0;
    ssize_t got = 0;
    do {
      got = read(fd, &text[size], text.size() - size);
      if (got > 0) size += static_cast<std::size_t>(got);
    } while (got > 0 || (got < 0 && errno == EINTR));
    if (got < 0) {
      result = Refused(what, file, absl::StrCat("cannot be read: ", std::strerror(errno)));
    } else if (size > kMostFileBytes) {
      result = Refused(what, file, absl::StrCat("is larger than ", kMostFileBytes, " bytes"));
    } else {
      text.resize(size);
      result = std::move(text);
    }
  }
  close(fd);
  return result;
}

// Up to the first NUL, as gRPC reads it.
Bio Open(const std::string& text) { return Bio(BIO_new_mem_buf(text.c_str(), -1)); }

// All certificates of a PEM text, at least one.
absl::StatusOr<std::vector<Certificate>> ParseCertificates(absl::string_view what, const std::string& file,
                                                           const std::string& text) {
  std::vector<Certificate> certificates;
  const Bio bio = Open(text);
  while (Certificate certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    certificates.push_back(std::move(certificate));
  }
  // This is how OpenSSL says that there are no more.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string reason = OpenSslReason();
  if (!at_end) {
    return Refused(what, file, absl::StrCat("is broken at certificate ", certificates.size() + 1, ": ", reason));
  }
  if (certificates.empty()) return Refused(what, file, "holds no certificate in PEM form");
  return certificates;
}

absl::StatusOr<Key> ParseKey(const std::string& file, const std::string& text) {
  bool asked = false;
  // Without this one OpenSSL would ask the terminal.
  const auto no_passphrase = [](char*, int, int, void* was_asked) {
    *static_cast<bool*>(was_asked) = true;
    return -1;
  };
  Key key(PEM_read_bio_PrivateKey(Open(text).get(), nullptr, no_passphrase, &asked));
  const std::string reason = OpenSslReason();
  if (asked) return Refused("key", file, "is protected by a passphrase; the server needs it without one");
  if (key == nullptr) return Refused("key", file, absl::StrCat("holds no private key in PEM form: ", reason));
  return key;
}

absl::Time ToTime(const ASN1_TIME* time) {
  tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

std::string Print(absl::Time time) { return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone()); }

std::string Serving(const TlsOptions& options, absl::Time not_after) {
  return absl::StrCat("TLS: serving certificate \"", options.cert_file, "\", valid until ", Print(not_after));
}

// The subject alternative names of the certificate that the other side showed.
std::vector<absl::string_view> NamesOf(const grpc_auth_context* context) {
  std::vector<absl::string_view> names;
  grpc_auth_property_iterator properties =
      grpc_auth_context_find_properties_by_name(context, GRPC_X509_SAN_PROPERTY_NAME);
  while (const grpc_auth_property* property = grpc_auth_property_iterator_next(&properties)) {
    names.emplace_back(property->value, property->value_length);
  }
  return names;
}

absl::string_view View(const grpc_slice& slice) {
  return {reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)), GRPC_SLICE_LENGTH(slice)};
}

// Whether a call with these metadata is one of the health service.
bool AsksForHealth(const grpc_metadata* metadata, std::size_t size) {
  return std::any_of(metadata, metadata + size, [](const grpc_metadata& entry) {
    return View(entry.key) == ":path" && absl::StartsWith(View(entry.value), "/grpc.health.v1.Health/");
  });
}

// `"a", "b"` in a length that fits an error message.
std::string Print(const std::vector<absl::string_view>& names) {
  if (names.empty()) return "no name";
  const std::size_t told = std::min(names.size(), kMostNamesTold);
  std::string result = absl::StrJoin(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(told), ", ",
                                     [](std::string* out, absl::string_view name) { out->append(Quoted(name)); });
  if (names.size() > told) absl::StrAppend(&result, " and ", names.size() - told, " more");
  return result;
}

}  // namespace

bool ServerCertificates::Files::operator==(const Files& other) const {
  return cert == other.cert && key == other.key && client_ca == other.client_ca;
}

// What handshakes take.
class ServerCertificates::Served {
 public:
  Served(Files files, absl::Time not_after) : files_(std::move(files)), not_after_(not_after) {}

  void Replace(Files files, absl::Time not_after) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    files_ = std::move(files);
    not_after_ = not_after;
    ++generation_;
  }

  bool Is(const Files& files) const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return files_ == files;
  }

  absl::Time not_after() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return not_after_;
  }

  // gRPC's credentials for one port.
  grpc_server_credentials* MakeCredentials() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    const auto request = files_.client_ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                                  : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
    return grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(request, &Fetch,
                                                                        &ports_.emplace_back(Port{this})));
  }

 private:
  // gRPC asks at each handshake whether there is something new, and keeps what it got for each port.
  struct Port {
    Served* served;
    std::int64_t generation = 0;  // what it got last; guarded by the mutex of `served`
  };

  static grpc_ssl_certificate_config_reload_status Fetch(void* data, grpc_ssl_server_certificate_config** config) {
    Port& port = *static_cast<Port*>(data);
    const Served& served = *port.served;
    absl::MutexLock lock(&served.mutex_);
    if (port.generation == served.generation_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    port.generation = served.generation_;
    const grpc_ssl_pem_key_cert_pair pair = {served.files_.key.c_str(), served.files_.cert.c_str()};
    // gRPC wants some authorities here, also where it asks for no client certificate and so has no use for them.
    const std::string& authorities = served.files_.client_ca.empty() ? served.files_.cert : served.files_.client_ca;
    *config = grpc_ssl_server_certificate_config_create(authorities.c_str(), &pair, 1);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  mutable absl::Mutex mutex_;
  Files files_ ABSL_GUARDED_BY(mutex_);
  absl::Time not_after_ ABSL_GUARDED_BY(mutex_);
  std::int64_t generation_ ABSL_GUARDED_BY(mutex_) = 1;
  std::deque<Port> ports_ ABSL_GUARDED_BY(mutex_);  // a deque: gRPC holds pointers to them
};

// Turns clients away whose certificate has none of the allowed names. They may ask for health: gRPC's clients do before
// their first call, and would take a refusal there for a server that is down and try again.
class ServerCertificates::Guard {
 public:
  explicit Guard(const std::vector<std::string>& allowed) : allowed_(allowed.begin(), allowed.end()) {}

  // The state of `processor` is `this`.
  grpc_auth_metadata_processor processor() { return {&Process, nullptr, this}; }

 private:
  static void Process(void* state, grpc_auth_context* context, const grpc_metadata* metadata, std::size_t size,
                      grpc_process_auth_metadata_done_cb done, void* call) {
    auto* const guard = static_cast<Guard*>(state);
    const std::vector<absl::string_view> names = NamesOf(context);
    if (AsksForHealth(metadata, size) ||
        absl::c_any_of(names, [guard](absl::string_view name) { return guard->allowed_.contains(name); })) {
      return done(call, nullptr, 0, nullptr, 0, GRPC_STATUS_OK, nullptr);
    }
    const std::string who = Print(names);
    guard->Log(who);
    const std::string message = absl::StrCat("the client certificate is for ", who, ", which may not call this server");
    done(call, nullptr, 0, nullptr, 0, GRPC_STATUS_PERMISSION_DENIED, message.c_str());
  }

  void Log(const std::string& who) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (logged_.size() >= kMostNamesLogged) logged_.clear();
    if (logged_.insert(who).second) spdlog::warn("TLS: refused the calls of a client with a certificate for {}", who);
  }

  const absl::flat_hash_set<std::string> allowed_;
  absl::Mutex mutex_;
  absl::flat_hash_set<std::string> logged_ ABSL_GUARDED_BY(mutex_);
};

// Credentials of its own for each port: what gRPC's C interface asks for new certificates does not say for which port.
class ServerCertificates::Credentials final : public grpc::ServerCredentials {
 public:
  Credentials(Served* served, Guard* guard) : served_(served), guard_(guard) {}

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {
    std::abort();  // The guard has this place, and gRPC keeps one.
  }

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    grpc_server_credentials* const credentials = served_->MakeCredentials();
    if (guard_ != nullptr) grpc_server_credentials_set_auth_metadata_processor(credentials, guard_->processor());
    const int port = grpc_server_add_http2_port(server, address.c_str(), credentials);
    grpc_server_credentials_release(credentials);
    return port;
  }

  Served* const served_;
  Guard* const guard_;
};

absl::StatusOr<ServerCertificates::Files> ServerCertificates::Read(const TlsOptions& options) {
  Files files;
  struct Source {
    const char* what;
    const std::string& file;
    std::string& text;
  };
  for (const Source& source :
       {Source{"certificate", options.cert_file, files.cert}, Source{"key", options.key_file, files.key},
        Source{"client authorities", options.client_ca_file, files.client_ca}}) {
    if (source.file.empty()) continue;
    absl::StatusOr<std::string> text = ReadFile(source.what, source.file);
    if (!text.ok()) return text.status();
    source.text = *std::move(text);
  }
  return files;
}

absl::StatusOr<absl::Time> ServerCertificates::Check(const TlsOptions& options, const Files& files) {
  const absl::StatusOr<std::vector<Certificate>> chain =
      ParseCertificates("certificate", options.cert_file, files.cert);
  if (!chain.ok()) return chain.status();
  const absl::StatusOr<Key> key = ParseKey(options.key_file, files.key);
  if (!key.ok()) return key.status();

  X509* const certificate = chain->front().get();
  const absl::Time now = absl::Now();
  const absl::Time not_before = ToTime(X509_get0_notBefore(certificate));
  const absl::Time not_after = ToTime(X509_get0_notAfter(certificate));
  if (now < not_before) {
    return Refused("certificate", options.cert_file, absl::StrCat("is not valid before ", Print(not_before)));
  }
  if (now > not_after) return Refused("certificate", options.cert_file, absl::StrCat("expired at ", Print(not_after)));

  if (X509_check_private_key(certificate, key->get()) != 1) {
    ERR_clear_error();
    return Refused("key", options.key_file, absl::StrCat("does not fit certificate \"", options.cert_file, "\""));
  }
  // What gRPC will do with them: OpenSSL may have objections of its own, as to a key that is too short.
  const Context context(SSL_CTX_new(TLS_method()));
  if (SSL_CTX_use_certificate(context.get(), certificate) != 1) {
    return Refused("certificate", options.cert_file, absl::StrCat("cannot be used: ", OpenSslReason()));
  }
  for (std::size_t i = 1; i < chain->size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context.get(), (*chain)[i].get()) != 1) {
      return Refused("certificate", options.cert_file,
                     absl::StrCat("cannot be used with certificate ", i + 1, " in it: ", OpenSslReason()));
    }
  }
  if (SSL_CTX_use_PrivateKey(context.get(), key->get()) != 1) {
    return Refused("key", options.key_file, absl::StrCat("cannot be used: ", OpenSslReason()));
  }
  if (!options.client_ca_file.empty()) {
    const absl::StatusOr<std::vector<Certificate>> authorities =
        ParseCertificates("client authorities", options.client_ca_file, files.client_ca);
    if (!authorities.ok()) return authorities.status();
  }
  return not_after;
}

absl::StatusOr<std::unique_ptr<ServerCertificates>> ServerCertificates::Make(const TlsOptions& options,
                                                                             Observer observer) {
  if (options.cert_file.empty() || options.key_file.empty()) {
    return absl::InvalidArgumentError("TLS needs both a certificate and its key");
  }
  if (options.client_ca_file.empty() && !options.allowed_names.empty()) {
    return absl::InvalidArgumentError("TLS client names are allowed, but no client authorities to vouch for them");
  }
  if (options.refresh <= absl::ZeroDuration()) return absl::InvalidArgumentError("the TLS refresh must be above 0");
  absl::StatusOr<Files> files = Read(options);
  if (!files.ok()) return files.status();
  const absl::StatusOr<absl::Time> not_after = Check(options, *files);
  if (!not_after.ok()) return not_after.status();
  spdlog::info(Serving(options, *not_after));
  return std::unique_ptr<ServerCertificates>(
      new ServerCertificates(options, std::move(observer), std::make_unique<Served>(*std::move(files), *not_after)));
}

ServerCertificates::ServerCertificates(const TlsOptions& options, Observer observer, std::unique_ptr<Served> served)
    : options_(options),
      observer_(std::move(observer)),
      served_(std::move(served)),
      guard_(options.allowed_names.empty() ? nullptr : std::make_unique<Guard>(options.allowed_names)),
      watcher_([this] {
        while (!stopping_.WaitForNotificationWithTimeout(options_.refresh)) CheckNow().IgnoreError();
      }) {}

ServerCertificates::~ServerCertificates() {
  stopping_.Notify();
  watcher_.join();
}

std::shared_ptr<grpc::ServerCredentials> ServerCertificates::credentials() {
  return std::make_shared<Credentials>(served_.get(), guard_.get());
}

absl::Time ServerCertificates::not_after() const { return served_->not_after(); }

absl::Status ServerCertificates::CheckNow() {
  absl::MutexLock lock(&check_mutex_);
  absl::StatusOr<Files> files = Read(options_);
  if (!files.ok()) return Refuse(Files(), files.status());
  if (served_->Is(*files)) {
    refusal_ = absl::OkStatus();
    return absl::OkStatus();
  }
  const absl::StatusOr<absl::Time> not_after = Check(options_, *files);
  if (!not_after.ok()) return Refuse(*std::move(files), not_after.status());
  served_->Replace(*std::move(files), *not_after);
  refusal_ = absl::OkStatus();
  const std::string message = Serving(options_, *not_after);
  spdlog::info(message);
  if (observer_) observer_({CertificateEvent::Outcome::kReloaded, message, *not_after});
  return absl::OkStatus();
}

absl::Status ServerCertificates::Refuse(Files files, const absl::Status& refusal) {
  if (refusal == refusal_ && files == refused_files_) return refusal;
  refused_files_ = std::move(files);
  refusal_ = refusal;
  const std::string message(refusal.message());
  spdlog::error("{}; the certificate before it is still served", message);
  if (observer_) observer_({CertificateEvent::Outcome::kRefused, message, not_after()});
  return refusal;
}

}  // namespace hotline::server
