// Reads names, dates and digests of a certificate, and says in words what is wrong with it.
#include "net/certificate_facts.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <span>

namespace basekeeper::net {
namespace {

constexpr std::size_t most_name_bytes = 512;
constexpr std::size_t most_names = 100;

struct releaser
{
    void operator()(BIO* p) const noexcept { BIO_free(p); }

    void operator()(GENERAL_NAMES* p) const noexcept { GENERAL_NAMES_free(p); }
};

/// Control characters come escaped; anything beyond ASCII too where it is no UTF-8.
std::string text_of(const X509_NAME* name)
{
    for (const int flags : {XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB, XN_FLAG_RFC2253}) {
        const std::unique_ptr<BIO, releaser> out(BIO_new(BIO_s_mem()));
        X509_NAME_print_ex(out.get(), name, 0, static_cast<unsigned long>(flags));
        const char* data = nullptr;
        const auto size = BIO_get_mem_data(out.get(), &data); // NOLINT: a macro with a C cast
        const std::string_view text(data, size > 0 ? static_cast<std::size_t>(size) : 0);
        if (is_utf8(text))
            return std::string(utf8_prefix(text, most_name_bytes));
    }
    return {};
}

std::string part_of(X509_NAME* name, int which)
{
    std::array<char, 128> text{};
    X509_NAME_get_text_by_NID(name, which, text.data(), static_cast<int>(text.size()));
    return text.data();
}

std::string text_of(const ASN1_OCTET_STRING* address)
{
    const auto* bytes = ASN1_STRING_get0_data(address);
    const int size = ASN1_STRING_length(address);
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (size == 4)
        ::inet_ntop(AF_INET, bytes, text.data(), text.size());
    else if (size == 16)
        ::inet_ntop(AF_INET6, bytes, text.data(), text.size());
    return text.data();
}

std::string dns_name(const ASN1_IA5STRING* name)
{
    const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name));
    std::string out(bytes, std::min<std::size_t>(static_cast<std::size_t>(ASN1_STRING_length(name)), 253));
    std::ranges::replace_if(out, [](char c) { return c <= ' ' || c > '~'; }, '?');
    return out;
}

void read_names(const X509* shown, peer_certificate& into)
{
    auto* const found = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(shown, NID_subject_alt_name, nullptr, nullptr));
    const std::unique_ptr<GENERAL_NAMES, releaser> names(found);
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const auto* one = sk_GENERAL_NAME_value(names.get(), i);
        std::string text;
        if (one->type == GEN_DNS)
            text = dns_name(one->d.dNSName);
        else if (one->type == GEN_IPADD)
            text = text_of(one->d.iPAddress);
        if (text.empty())
            continue;
        if (into.names.size() < most_names)
            into.names.push_back(std::move(text));
        else
            ++into.more_names;
    }
}

wall_time time_of(const ASN1_TIME* t)
{
    std::tm parts{};
    if (ASN1_TIME_to_tm(t, &parts) != 1)
        return {};
    return wall_time{std::chrono::seconds{::timegm(&parts)}};
}

std::string fingerprint_of(const X509* shown)
{
    std::array<unsigned char, 32> digest{};
    X509_digest(shown, EVP_sha256(), digest.data(), nullptr);
    std::string out;
    for (const auto byte : digest)
        out += fmt::format("{}{:02X}", out.empty() ? "" : ":", byte);
    return out;
}

std::string pin_of(const X509* shown)
{
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(shown), &der);
    if (size <= 0)
        return {};
    const auto digest = crypto::sha256(std::as_bytes(std::span(der, static_cast<std::size_t>(size))));
    OPENSSL_free(der);
    return "sha256//" + crypto::to_base64(digest);
}

certificate_maker maker_of(const X509* shown)
{
    if (part_of(X509_get_subject_name(shown), NID_commonName) == "TRAEFIK DEFAULT CERT")
        return certificate_maker::traefik_default;
    auto* const issuer = X509_get_issuer_name(shown);
    const auto organisation = part_of(issuer, NID_organizationName);
    if (!organisation.contains("Let's Encrypt"))
        return certificate_maker::somebody;
    const bool trial = organisation.contains("STAGING") || part_of(issuer, NID_commonName).contains("STAGING");
    return trial ? certificate_maker::lets_encrypt_staging : certificate_maker::lets_encrypt;
}

certificate_problem problem_of(int code)
{
    switch (code) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return certificate_problem::self_signed;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE: // another authority of the same name
        return certificate_problem::unknown_authority;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return certificate_problem::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return certificate_problem::not_yet_valid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return certificate_problem::wrong_host;
    default:
        return certificate_problem::other;
    }
}

std::string words_for(const peer_certificate& c, const std::string& host, const verification_finding& found)
{
    switch (problem_of(found.code)) {
    case certificate_problem::self_signed:
        return c.made_by == certificate_maker::traefik_default
                   ? "it is the makeshift certificate of Traefik, which has none for this name"
                   : "it is signed by itself";
    case certificate_problem::unknown_authority:
        return c.made_by == certificate_maker::lets_encrypt_staging
                   ? "it is of the trial authority of Let's Encrypt, which nobody trusts"
                   : "no trusted authority signed it, or the server does not send the certificates in between";
    case certificate_problem::expired:
        return found.depth == 0 ? fmt::format("it expired at {}", to_rfc3339(c.not_after))
                                : "a certificate of its authority expired";
    case certificate_problem::not_yet_valid:
        return found.depth == 0 ? fmt::format("it is not valid before {}", to_rfc3339(c.not_before))
                                : "a certificate of its authority is not valid yet";
    case certificate_problem::wrong_host:
        return fmt::format("it is not made for {}", host);
    case certificate_problem::other:
        break;
    }
    return X509_verify_cert_error_string(found.code);
}

} // namespace

std::string_view to_string(certificate_problem p) noexcept
{
    switch (p) {
    case certificate_problem::self_signed:
        return "self_signed";
    case certificate_problem::unknown_authority:
        return "unknown_authority";
    case certificate_problem::expired:
        return "expired";
    case certificate_problem::not_yet_valid:
        return "not_yet_valid";
    case certificate_problem::wrong_host:
        return "wrong_host";
    case certificate_problem::other:
        break;
    }
    return "other";
}

peer_certificate facts_of(X509* shown, const std::string& host, const std::vector<verification_finding>& findings)
{
    peer_certificate out;
    out.subject = text_of(X509_get_subject_name(shown));
    out.issuer = text_of(X509_get_issuer_name(shown));
    read_names(shown, out);
    out.not_before = time_of(X509_get0_notBefore(shown));
    out.not_after = time_of(X509_get0_notAfter(shown));
    out.pin = pin_of(shown);
    out.sha256 = fingerprint_of(shown);
    out.made_by = maker_of(shown);
    using enum certificate_problem;
    for (const auto problem : {self_signed, unknown_authority, expired, not_yet_valid, wrong_host, other}) {
        const auto first = std::ranges::find(findings, problem, [](const auto& f) { return problem_of(f.code); });
        if (first == findings.end())
            continue;
        out.problems.push_back(problem);
        out.why += (out.why.empty() ? "" : "; ") + words_for(out, host, *first);
    }
    return out;
}

} // namespace basekeeper::net
