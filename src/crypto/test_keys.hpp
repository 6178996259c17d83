// Key pairs made in a test: they sign tokens as an authorization server does and publish themselves as JWKs.
#pragma once

#include "crypto/bytes.hpp"
#include "crypto/encoding.hpp"
#include "crypto/jwk.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::crypto::testing {

/// A signer. Each object has a key of its own.
class signing_key
{
public:
    explicit signing_key(jwt_algorithm a, std::string id = "k1", unsigned rsa_bits = 2'048)
        : algorithm_(a), id_(std::move(id)), key_(made(a, rsa_bits))
    {}

    const std::string& id() const { return id_; }

    /// The public half. `extra` members are added or replace others.
    boost::json::object jwk(const boost::json::object& extra = {}) const
    {
        boost::json::object out;
        if (!id_.empty())
            out["kid"] = id_;
        if (algorithm_ == jwt_algorithm::rs256 || algorithm_ == jwt_algorithm::ps256) {
            out["kty"] = "RSA";
            out["n"] = number(OSSL_PKEY_PARAM_RSA_N, 0);
            out["e"] = number(OSSL_PKEY_PARAM_RSA_E, 0);
        } else if (algorithm_ == jwt_algorithm::es256) {
            out["kty"] = "EC";
            out["crv"] = "P-256";
            out["x"] = number(OSSL_PKEY_PARAM_EC_PUB_X, 32);
            out["y"] = number(OSSL_PKEY_PARAM_EC_PUB_Y, 32);
        } else {
            std::size_t size = 32;
            std::vector<std::byte> raw(size);
            check(EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(raw.data()), &size) == 1);
            out["kty"] = "OKP";
            out["crv"] = "Ed25519";
            out["x"] = to_base64url(raw);
        }
        for (const auto& member : extra)
            out[member.key()] = member.value();
        return out;
    }

    /// A token with this header (its `alg` and `kid` stand unless given) and payload.
    std::string token(const boost::json::object& claims, boost::json::object header = {}) const
    {
        if (!header.contains("alg"))
            header["alg"] = to_string(algorithm_);
        if (!header.contains("kid") && !id_.empty())
            header["kid"] = id_;
        return sign(boost::json::serialize(header), boost::json::serialize(claims));
    }

    /// The same of any texts.
    std::string sign(std::string_view header, std::string_view payload) const
    {
        const auto text = to_base64url(bytes_of(header)) + "." + to_base64url(bytes_of(payload));
        const auto signed_bytes = signature(text);
        return text + "." + to_base64url(std::as_bytes(std::span(signed_bytes)));
    }

    /// The public key as a PEM text: what a confused verifier would take for the secret of HS256.
    std::string pem() const
    {
        const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
        check(PEM_write_bio_PUBKEY(out.get(), key_.get()) == 1);
        char* data = nullptr;
        const auto size = BIO_get_mem_data(out.get(), &data);
        return {data, static_cast<std::size_t>(size)};
    }

private:
    struct releaser
    {
        void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }

        void operator()(EVP_MD_CTX* p) const noexcept { EVP_MD_CTX_free(p); }

        void operator()(BIGNUM* p) const noexcept { BN_free(p); }

        void operator()(ECDSA_SIG* p) const noexcept { ECDSA_SIG_free(p); }
    };

    template <class T>
    using owner = std::unique_ptr<T, releaser>;

    static void check(bool worked)
    {
        if (!worked)
            throw std::runtime_error("OpenSSL failed in a test");
    }

    static owner<EVP_PKEY> made(jwt_algorithm a, unsigned rsa_bits)
    {
        owner<EVP_PKEY> key;
        if (a == jwt_algorithm::es256)
            key.reset(EVP_EC_gen("P-256"));
        else if (a == jwt_algorithm::eddsa)
            key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
        else
            key.reset(EVP_RSA_gen(rsa_bits));
        check(key != nullptr);
        return key;
    }

    std::string number(const char* name, std::size_t size) const
    {
        BIGNUM* read = nullptr;
        check(EVP_PKEY_get_bn_param(key_.get(), name, &read) == 1);
        const owner<BIGNUM> n(read);
        std::vector<std::byte> bytes(std::max(size, static_cast<std::size_t>(BN_num_bytes(n.get()))));
        BN_bn2binpad(n.get(), reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
        return to_base64url(bytes);
    }

    std::vector<unsigned char> signature(std::string_view text) const
    {
        const owner<EVP_MD_CTX> work(EVP_MD_CTX_new());
        EVP_PKEY_CTX* how = nullptr;
        const char* digest = algorithm_ == jwt_algorithm::eddsa ? nullptr : "SHA256";
        check(EVP_DigestSignInit_ex(work.get(), &how, digest, nullptr, nullptr, key_.get(), nullptr) == 1);
        if (algorithm_ == jwt_algorithm::ps256) {
            check(EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) == 1);
            check(EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST) == 1);
        }
        const auto* data = reinterpret_cast<const unsigned char*>(text.data());
        std::size_t size = 0;
        check(EVP_DigestSign(work.get(), nullptr, &size, data, text.size()) == 1);
        std::vector<unsigned char> out(size);
        check(EVP_DigestSign(work.get(), out.data(), &size, data, text.size()) == 1);
        out.resize(size);
        return algorithm_ == jwt_algorithm::es256 ? side_by_side(out) : out;
    }

    static std::vector<unsigned char> side_by_side(const std::vector<unsigned char>& der)
    {
        const auto* at = der.data();
        const owner<ECDSA_SIG> numbers(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
        check(numbers != nullptr);
        std::vector<unsigned char> out(64);
        BN_bn2binpad(ECDSA_SIG_get0_r(numbers.get()), out.data(), 32);
        BN_bn2binpad(ECDSA_SIG_get0_s(numbers.get()), out.data() + 32, 32);
        return out;
    }

    jwt_algorithm algorithm_;
    std::string id_;
    owner<EVP_PKEY> key_;
};

/// A published set of keys.
inline std::string key_set_text(std::initializer_list<boost::json::object> jwks)
{
    boost::json::array keys;
    for (const auto& one : jwks)
        keys.emplace_back(one);
    return boost::json::serialize(boost::json::object{{"keys", std::move(keys)}});
}

} // namespace basekeeper::crypto::testing
