// The pair lives in OpenSSL; numbers leave it in the fixed lengths that JOSE asks for.
#include "crypto/es256_key.hpp"

#include "crypto/encoding.hpp"
#include "crypto/openssl.hpp"
#include "crypto/public_key.hpp"
#include "crypto/random.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>

#include <array>
#include <vector>

namespace basekeeper::crypto {
namespace {

using openssl::require;

constexpr std::size_t number_bytes = 32;
constexpr std::size_t longest_der = 72; // two numbers of 33 bytes and six of framing

struct releaser
{
    void operator()(BIGNUM* p) const noexcept { BN_clear_free(p); }

    void operator()(ECDSA_SIG* p) const noexcept { ECDSA_SIG_free(p); }
};

using number = std::array<std::byte, number_bytes>;

secret<number> number_of(const EVP_PKEY* key, const char* name)
{
    BIGNUM* read = nullptr;
    require(EVP_PKEY_get_bn_param(key, name, &read) == 1, "EVP_PKEY_get_bn_param");
    const std::unique_ptr<BIGNUM, releaser> owned(read);
    return secret<number>::filled_by([&](number& out) {
        require(
            BN_bn2binpad(owned.get(), raw(out.data()), static_cast<int>(out.size())) == static_cast<int>(number_bytes),
            "BN_bn2binpad"
        );
    });
}

/// The JOSE form of a signature, from the DER that OpenSSL writes.
std::array<std::byte, 2 * number_bytes> side_by_side(std::span<const std::byte> der)
{
    const auto* at = raw(der.data());
    const std::unique_ptr<ECDSA_SIG, releaser> numbers(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    require(numbers != nullptr, "d2i_ECDSA_SIG");
    std::array<std::byte, 2 * number_bytes> out{};
    constexpr auto length = static_cast<int>(number_bytes);
    require(
        BN_bn2binpad(ECDSA_SIG_get0_r(numbers.get()), raw(out.data()), length) == length &&
            BN_bn2binpad(ECDSA_SIG_get0_s(numbers.get()), raw(out.data()) + number_bytes, length) == length,
        "BN_bn2binpad"
    );
    return out;
}

} // namespace

struct es256_key::content
{
    openssl::public_key pair; // an EVP_PKEY, here with both halves
    std::string id;
};

es256_key es256_key::generate()
{
    auto made = std::make_shared<content>();
    made->pair.reset(EVP_EC_gen("P-256"));
    require(made->pair != nullptr, "EVP_EC_gen");
    made->id = uuid_v4();
    return es256_key(std::move(made));
}

result<es256_key> es256_key::from_private_jwk(const boost::json::object& jwk)
{
    const auto text = [&](std::string_view name) {
        const auto* value = jwk.if_contains(name);
        return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view{};
    };
    const auto x = from_base64url(text("x"));
    const auto y = from_base64url(text("y"));
    const auto d = from_base64url(text("d"));
    auto made = std::make_shared<content>();
    if (text("kty") == "EC" && text("crv") == "P-256" && x && y && d)
        made->pair = openssl::p256_pair(*x, *y, *d);
    if (made->pair == nullptr)
        return fail(
            condition::invalid_argument,
            "the key is no private key of P-256",
            "give a JWK with kty EC, crv P-256, x, y and d"
        );
    made->id = text("kid");
    return es256_key(std::move(made));
}

const std::string& es256_key::id() const noexcept
{
    return content_->id;
}

boost::json::object es256_key::public_jwk() const
{
    const auto* key = content_->pair.get();
    return {
        {"kty", "EC"},
        {"kid", content_->id},
        {"use", "sig"},
        {"key_ops", boost::json::array{"verify"}},
        {"alg", "ES256"},
        {"ext", true},
        {"crv", "P-256"},
        {"x", to_base64url(number_of(key, OSSL_PKEY_PARAM_EC_PUB_X).reveal())},
        {"y", to_base64url(number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y).reveal())},
    };
}

secret<> es256_key::private_jwk() const
{
    auto shown = public_jwk();
    shown["key_ops"] = boost::json::array{"sign", "verify"};
    const auto text = boost::json::serialize(shown);
    const secret<> d(to_base64url(number_of(content_->pair.get(), OSSL_PKEY_PARAM_PRIV_KEY).reveal()));
    return secret<>::filled_by([&](std::string& out) {
        out.reserve(text.size() + d.reveal().size() + 16);
        out.append(text, 0, text.size() - 1).append(R"(,"d":")").append(d.reveal()).append("\"}");
    });
}

std::string es256_key::sign(const boost::json::object& claims) const
{
    const boost::json::object header{{"alg", "ES256"}, {"kid", content_->id}, {"typ", "JWT"}};
    auto token = to_base64url(bytes_of(boost::json::serialize(header)));
    token += '.';
    token += to_base64url(bytes_of(boost::json::serialize(claims)));
    const openssl::owner<EVP_MD_CTX> work(EVP_MD_CTX_new());
    require(
        work != nullptr &&
            EVP_DigestSignInit_ex(work.get(), nullptr, "SHA256", nullptr, nullptr, content_->pair.get(), nullptr) == 1,
        "EVP_DigestSignInit_ex"
    );
    std::array<std::byte, longest_der> der{};
    std::size_t size = der.size();
    require(
        EVP_DigestSign(work.get(), raw(der.data()), &size, raw(bytes_of(token).data()), token.size()) == 1,
        "EVP_DigestSign"
    );
    token += '.';
    token += to_base64url(side_by_side(std::span(der).first(size)));
    return token;
}

} // namespace basekeeper::crypto
