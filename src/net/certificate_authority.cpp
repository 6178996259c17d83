// Certificates by OpenSSL's X509.
#include "net/certificate_authority.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace basekeeper::net {
namespace {

struct releaser
{
    void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }

    void operator()(X509* p) const noexcept { X509_free(p); }

    void operator()(X509_EXTENSION* p) const noexcept { X509_EXTENSION_free(p); }

    void operator()(std::FILE* p) const noexcept { std::fclose(p); }
};

template <class T>
using owner = std::unique_ptr<T, releaser>;

/// OpenSSL fails here only without memory.
template <class T>
T* made(T* what)
{
    if (what == nullptr)
        throw std::runtime_error("OpenSSL failed: making a certificate");
    return what;
}

constexpr long day = 24L * 60 * 60;

owner<X509> blank(EVP_PKEY* key, const std::string& name, long from, long to)
{
    owner<X509> out(made(X509_new()));
    X509_set_version(out.get(), X509_VERSION_3);
    // Two of one authority must differ.
    unsigned char serial[16] = {}; // NOLINT: for a C interface
    if (RAND_bytes(serial, sizeof serial) != 1)
        throw std::runtime_error("OpenSSL failed: making a serial number");
    serial[0] &= 0x7fU;
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(BN_bin2bn(serial, sizeof serial, nullptr), BN_free);
    BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(out.get()));
    X509_gmtime_adj(X509_getm_notBefore(out.get()), from);
    X509_gmtime_adj(X509_getm_notAfter(out.get()), to);
    X509_set_pubkey(out.get(), key);
    const auto* const text = reinterpret_cast<const unsigned char*>(name.c_str()); // NOLINT: for a C interface
    X509_NAME_add_entry_by_txt(X509_get_subject_name(out.get()), "CN", MBSTRING_UTF8, text, -1, -1, 0);
    return out;
}

void extend(X509* to, X509* issuer, int kind, const std::string& value)
{
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
    const owner<X509_EXTENSION> one(made(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())));
    X509_add_ext(to, one.get(), -1);
}

result<owner<std::FILE>> opened(const std::string& file)
{
    owner<std::FILE> out(std::fopen(file.c_str(), "w"));
    if (!out)
        return fail(
            condition::unavailable, fmt::format("cannot write {}", file), "check that its folder is there and writable"
        );
    return out;
}

} // namespace

struct certificate_authority::parts
{
    owner<EVP_PKEY> key;
    owner<X509> certificate;
};

certificate_authority::certificate_authority(std::unique_ptr<parts> built) : parts_(std::move(built)) {}

certificate_authority::~certificate_authority() = default;
certificate_authority::certificate_authority(certificate_authority&&) noexcept = default;
certificate_authority& certificate_authority::operator=(certificate_authority&&) noexcept = default;

result<certificate_authority>
certificate_authority::create(const std::string& name, const std::filesystem::path& certificate_file)
{
    auto out = std::make_unique<parts>();
    out->key.reset(made(EVP_EC_gen("P-256")));
    out->certificate = blank(out->key.get(), name, -day, 365 * day);
    auto* const own = out->certificate.get();
    X509_set_issuer_name(own, X509_get_subject_name(own));
    extend(own, own, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    extend(own, own, NID_key_usage, "critical,keyCertSign,cRLSign");
    extend(own, own, NID_subject_key_identifier, "hash");
    X509_sign(own, out->key.get(), EVP_sha256());
    const auto file = TRY(opened(certificate_file.string()));
    PEM_write_X509(file.get(), own);
    return certificate_authority(std::move(out));
}

result<>
certificate_authority::issue(const std::vector<std::string>& hosts, certificate_term term, const tls_files& into) const
{
    const owner<EVP_PKEY> key(made(EVP_EC_gen("P-256")));
    const bool over = term == certificate_term::expired;
    const auto& first = hosts.empty() ? std::string("none") : hosts.front();
    const auto certificate = blank(key.get(), first.substr(0, 64), over ? -30 * day : -day, over ? -day : 30 * day);
    auto* const issuer = parts_->certificate.get();
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
    std::string names;
    for (const auto& host : hosts)
        names += (names.empty() ? "DNS:" : ",DNS:") + host;
    if (!names.empty())
        extend(certificate.get(), issuer, NID_subject_alt_name, names);
    extend(certificate.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
    extend(certificate.get(), issuer, NID_ext_key_usage, "serverAuth");
    X509_sign(certificate.get(), parts_->key.get(), EVP_sha256());
    const auto shown = TRY(opened(into.certificate_chain));
    PEM_write_X509(shown.get(), certificate.get());
    const auto secret = TRY(opened(into.private_key));
    PEM_write_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return {};
}

} // namespace basekeeper::net
