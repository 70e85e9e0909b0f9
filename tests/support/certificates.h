#ifndef HOTLINE_TESTS_SUPPORT_CERTIFICATES_H_
#define HOTLINE_TESTS_SUPPORT_CERTIFICATES_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "absl/time/time.h"

namespace hotline::tests {

// A certificate and its key, in PEM form.
struct CertifiedKey {
  std::string cert;
  std::string key;
};

// An authority that makes certificates for tests, with elliptic keys, which are quick to make. What OpenSSL refuses
// aborts the test.
class CertificateAuthority {
 public:
  // The common name of every certificate that it issues.
  static constexpr char kCommonName[] = "hotline-test";

  CertificateAuthority();

  // The authority's own certificate, in PEM form.
  const std::string& pem() const { return pem_; }

  // A certificate for subject alternative names in OpenSSL's notation: "DNS:localhost,IP:127.0.0.1,URI:spiffe://x/y".
  // Empty: without any. It is valid between these two, as seen from now.
  CertifiedKey Issue(const std::string& names = "DNS:localhost,IP:127.0.0.1", absl::Duration from = -absl::Hours(1),
                     absl::Duration until = absl::Hours(1)) const;

  // One with a key that is too short for OpenSSL's defaults (RSA, 1024 bits).
  CertifiedKey IssueShort() const;

 private:
  CertifiedKey Issue(EVP_PKEY* key, const std::string& names, absl::Duration from, absl::Duration until) const;

  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
  std::string pem_;
};

// The key (PEM) protected by a passphrase.
std::string WithPassphrase(const std::string& key);

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_SUPPORT_CERTIFICATES_H_
