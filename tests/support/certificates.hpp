// Certificates made on the spot: self-signed or by an authority, for any names and any time.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace basekeeper::test {

struct certificate_plan
{
    std::string name;           ///< common name; UTF-8
    std::string alternatives{}; ///< as OpenSSL's configuration writes them: `DNS:a.test,IP:127.0.0.1`; empty: none
    std::string organisation{};
    long begins_in_seconds = -3'600;
    long ends_in_seconds = 3'600;
    bool authority = false; ///< may sign others
};

struct made_certificate
{
    std::shared_ptr<EVP_PKEY> key;
    std::shared_ptr<X509> certificate;
};

inline void add_extension(X509* to, int which, const std::string& value)
{
    auto* made = X509V3_EXT_conf_nid(nullptr, nullptr, which, value.c_str());
    if (made == nullptr)
        throw std::runtime_error("cannot make a certificate with " + value);
    X509_add_ext(to, made, -1);
    X509_EXTENSION_free(made);
}

/// Signed by `issuer`, by itself when there is none.
inline made_certificate make_certificate(const certificate_plan& plan, const made_certificate* issuer = nullptr)
{
    made_certificate out{
        {EVP_EC_gen("P-256"), EVP_PKEY_free},
        {X509_new(), X509_free},
    };
    auto* const made = out.certificate.get();
    X509_set_version(made, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made), issuer == nullptr ? 1 : 2);
    X509_gmtime_adj(X509_getm_notBefore(made), plan.begins_in_seconds);
    X509_gmtime_adj(X509_getm_notAfter(made), plan.ends_in_seconds);
    X509_set_pubkey(made, out.key.get());
    X509_NAME* const subject = X509_get_subject_name(made);
    const auto add = [&](const char* field, const std::string& text) {
        const auto* const bytes = reinterpret_cast<const unsigned char*>(text.c_str());
        if (!text.empty())
            X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8, bytes, -1, -1, 0);
    };
    add("O", plan.organisation);
    add("CN", plan.name);
    X509_set_issuer_name(made, issuer == nullptr ? subject : X509_get_subject_name(issuer->certificate.get()));
    if (!plan.alternatives.empty())
        add_extension(made, NID_subject_alt_name, plan.alternatives);
    if (plan.authority)
        add_extension(made, NID_basic_constraints, "critical,CA:TRUE");
    if (X509_sign(made, issuer == nullptr ? out.key.get() : issuer->key.get(), EVP_sha256()) <= 0)
        throw std::runtime_error("cannot sign a certificate");
    return out;
}

/// Writes PEM files: the certificate with those that signed it, and its key.
inline void write_certificate(
    const std::vector<made_certificate>& chain, const std::string& certificate_file, const std::string& key_file
)
{
    using file = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
    const file certificates(std::fopen(certificate_file.c_str(), "w"), std::fclose);
    const file secret(std::fopen(key_file.c_str(), "w"), std::fclose);
    if (!certificates || !secret)
        throw std::runtime_error("cannot write " + certificate_file + " and " + key_file);
    for (const auto& one : chain)
        PEM_write_X509(certificates.get(), one.certificate.get());
    PEM_write_PrivateKey(secret.get(), chain.front().key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

/// Writes a self-signed certificate with that common name, and its key, into two PEM files.
inline void make_certificate(const std::string& name, const std::string& certificate_file, const std::string& key_file)
{
    write_certificate({make_certificate({.name = name})}, certificate_file, key_file);
}

/// What libcurl calls the pinned public key of the certificate.
inline std::string pin_of(const made_certificate& of)
{
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(of.key.get(), &der);
    std::string digest(32, '\0');
    std::string text(45, '\0');
    auto* const raw = reinterpret_cast<unsigned char*>(digest.data());
    EVP_Digest(der, static_cast<std::size_t>(size), raw, nullptr, EVP_sha256(), nullptr);
    OPENSSL_free(der);
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), raw, 32);
    text.pop_back();
    return "sha256//" + text;
}

} // namespace basekeeper::test
