#include "tests/support/certificates.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "absl/time/clock.h"

namespace hotline::tests {
namespace {

void Require(bool done) {
  if (done) return;
  ERR_print_errors_fp(stderr);
  std::abort();
}

std::shared_ptr<EVP_PKEY> MakeKey() {
  std::shared_ptr<EVP_PKEY> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  Require(key != nullptr);
  return key;
}

// The text that `write` writes to a BIO.
template <typename Write>
std::string ToText(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  Require(write(bio.get()) == 1);
  char* text = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(bio.get(), &text));
  return {text, size};
}

std::string ToPem(X509* certificate) {
  return ToText([certificate](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

std::string ToPem(EVP_PKEY* key) {
  return ToText([key](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

void SetName(X509* certificate, const std::string& common_name) {
  Require(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0) == 1);
}

void AddExtension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()), X509_EXTENSION_free);
  Require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

// A certificate for `key` that lacks its issuer, its extensions and its signature.
std::shared_ptr<X509> MakeCertificate(EVP_PKEY* key, const std::string& common_name, absl::Duration from,
                                      absl::Duration until) {
  std::shared_ptr<X509> certificate(X509_new(), X509_free);
  std::uint64_t serial = 0;
  Require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) == 1);
  Require(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  Require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial) == 1);
  const absl::Time now = absl::Now();
  Require(ASN1_TIME_set(X509_getm_notBefore(certificate.get()), absl::ToTimeT(now + from)) != nullptr);
  Require(ASN1_TIME_set(X509_getm_notAfter(certificate.get()), absl::ToTimeT(now + until)) != nullptr);
  SetName(certificate.get(), common_name);
  Require(X509_set_pubkey(certificate.get(), key) == 1);
  return certificate;
}

void Sign(X509* certificate, X509* issuer, EVP_PKEY* issuer_key) {
  Require(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1);
  Require(X509_sign(certificate, issuer_key, EVP_sha256()) != 0);
}

}  // namespace

CertificateAuthority::CertificateAuthority()
    : key_(MakeKey()),
      certificate_(MakeCertificate(key_.get(), "Hotline test authority", -absl::Hours(1), absl::Hours(1))) {
  AddExtension(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(certificate_.get(), certificate_.get(), NID_subject_key_identifier, "hash");
  Sign(certificate_.get(), certificate_.get(), key_.get());
  pem_ = ToPem(certificate_.get());
}

CertifiedKey CertificateAuthority::Issue(const std::string& names, absl::Duration from, absl::Duration until) const {
  return Issue(MakeKey().get(), names, from, until);
}

CertifiedKey CertificateAuthority::IssueShort() const {
  const std::shared_ptr<EVP_PKEY> key(EVP_RSA_gen(1024), EVP_PKEY_free);
  Require(key != nullptr);
  return Issue(key.get(), "DNS:localhost", -absl::Hours(1), absl::Hours(1));
}

CertifiedKey CertificateAuthority::Issue(EVP_PKEY* key, const std::string& names, absl::Duration from,
                                         absl::Duration until) const {
  const std::shared_ptr<X509> certificate = MakeCertificate(key, kCommonName, from, until);
  AddExtension(certificate.get(), certificate_.get(), NID_authority_key_identifier, "keyid:always");
  if (!names.empty()) AddExtension(certificate.get(), certificate_.get(), NID_subject_alt_name, names);
  Sign(certificate.get(), certificate_.get(), key_.get());
  return {ToPem(certificate.get()), ToPem(key)};
}

std::string WithPassphrase(const std::string& key) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())),
                                                      BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> parsed(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  Require(parsed != nullptr);
  constexpr unsigned char kPassphrase[] = {'s', 'e', 's', 'a', 'm', 'e'};
  return ToText([&parsed, &kPassphrase](BIO* out) {
    return PEM_write_bio_PrivateKey(out, parsed.get(), EVP_aes_256_cbc(), kPassphrase, sizeof(kPassphrase), nullptr,
                                    nullptr);
  });
}

}  // namespace hotline::tests
