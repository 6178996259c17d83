// Reading JSON Web Keys: which kind, which use, and whether an algorithm belongs to them.
#include "crypto/jwk.hpp"

#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "crypto/public_key.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace basekeeper::crypto {
namespace {

constexpr std::size_t least_secret_bytes = 32;
constexpr std::size_t longest_id_bytes = 256;

struct named_algorithm
{
    std::string_view name;
    jwt_algorithm algorithm;
    key_kind kind;
};

constexpr std::array algorithms{
    named_algorithm{"HS256", jwt_algorithm::hs256, key_kind::shared_secret},
    named_algorithm{"RS256", jwt_algorithm::rs256, key_kind::rsa},
    named_algorithm{"PS256", jwt_algorithm::ps256, key_kind::rsa},
    named_algorithm{"ES256", jwt_algorithm::es256, key_kind::p256},
    named_algorithm{"EdDSA", jwt_algorithm::eddsa, key_kind::ed25519},
};

const named_algorithm& entry_of(jwt_algorithm a) noexcept
{
    return algorithms[static_cast<std::size_t>(a)];
}

std::unexpected<error> unusable(std::string why)
{
    return fail(condition::invalid_argument, "a JSON Web Key cannot be used: " + std::move(why));
}

std::unexpected<error> no_set(std::string why)
{
    return fail(
        condition::invalid_argument,
        "reading a JWK set: " + std::move(why),
        "give the JWK set of the authorization server, {\"keys\":[…]}, with a key for RS256, PS256, ES256 or EdDSA"
    );
}

/// The member, empty when it is missing; nothing when it is no string.
std::optional<std::string_view> text_member(const boost::json::object& jwk, std::string_view name)
{
    const auto* value = jwk.if_contains(name);
    if (value == nullptr)
        return std::string_view{};
    const auto* text = value->if_string();
    return text == nullptr ? std::nullopt : std::optional<std::string_view>(*text);
}

std::vector<std::byte> bytes_member(const boost::json::object& jwk, std::string_view name)
{
    const auto text = text_member(jwk, name);
    auto bytes = from_base64url(text.value_or(std::string_view{}));
    return bytes ? *std::move(bytes) : std::vector<std::byte>{};
}

/// RFC 7517 sections 4.2 and 4.3.
bool is_for_signatures(const boost::json::object& jwk)
{
    if (jwk.contains("use") && text_member(jwk, "use") != "sig")
        return false;
    const auto* operations = jwk.if_contains("key_ops");
    if (operations == nullptr)
        return true;
    return operations->is_array() && std::ranges::any_of(operations->get_array(), [](const boost::json::value& v) {
               return v.is_string() && v.get_string() == "verify";
           });
}

struct read_key
{
    key_kind kind;
    openssl::public_key key;
};

result<read_key> read_public_key(const boost::json::object& jwk)
{
    const auto type = text_member(jwk, "kty");
    const auto curve = text_member(jwk, "crv");
    if (type == "RSA")
        return read_key{key_kind::rsa, openssl::rsa_key(bytes_member(jwk, "n"), bytes_member(jwk, "e"))};
    if (type == "EC" && curve == "P-256")
        return read_key{key_kind::p256, openssl::p256_key(bytes_member(jwk, "x"), bytes_member(jwk, "y"))};
    if (type == "OKP" && curve == "Ed25519")
        return read_key{key_kind::ed25519, openssl::ed25519_key(bytes_member(jwk, "x"))};
    return unusable("its kind is not RSA, EC with P-256 or OKP with Ed25519");
}

} // namespace

std::string_view to_string(jwt_algorithm a) noexcept
{
    return entry_of(a).name;
}

std::optional<jwt_algorithm> jwt_algorithm_from(std::string_view name) noexcept
{
    const auto* found = std::ranges::find(algorithms, name, &named_algorithm::name);
    return found == algorithms.end() ? std::nullopt : std::optional(found->algorithm);
}

struct verification_key::content
{
    std::string id;
    key_kind kind = key_kind::shared_secret;
    std::optional<jwt_algorithm> only; ///< the key names it
    secret<> shared;
    openssl::public_key key;
};

result<verification_key> verification_key::shared(const secret<>& text)
{
    if (text.reveal().size() < least_secret_bytes)
        return fail(
            condition::invalid_argument,
            "the secret for HS256 tokens is shorter than 32 bytes, so it could be guessed from one token",
            "use 32 random bytes or more, as in `openssl rand -base64 48`"
        );
    auto made = std::make_shared<content>();
    made->shared = text;
    return verification_key(std::move(made));
}

result<verification_key> verification_key::from_jwk(const boost::json::object& jwk)
{
    const auto id = text_member(jwk, "kid");
    const auto alg = text_member(jwk, "alg");
    if (!id || id->size() > longest_id_bytes || !alg)
        return unusable("its kid or alg is no text");
    if (!is_for_signatures(jwk))
        return unusable("it is not for signatures");
    auto read = TRY(read_public_key(jwk));
    if (read.key == nullptr)
        return unusable("its numbers are no safe public key");
    std::optional<jwt_algorithm> only;
    if (!alg->empty()) {
        only = jwt_algorithm_from(*alg);
        if (!only || entry_of(*only).kind != read.kind)
            return unusable("its alg does not fit its kind");
    }
    auto made = std::make_shared<content>();
    made->id = *id;
    made->kind = read.kind;
    made->only = only;
    made->key = std::move(read.key);
    return verification_key(std::move(made));
}

const std::string& verification_key::id() const noexcept
{
    return content_->id;
}

key_kind verification_key::kind() const noexcept
{
    return content_->kind;
}

bool verification_key::fits(jwt_algorithm a) const noexcept
{
    return entry_of(a).kind == content_->kind && (!content_->only || content_->only == a);
}

bool verification_key::verifies(jwt_algorithm a, std::string_view text, std::span<const std::byte> signature) const
{
    if (!fits(a))
        return false;
    if (a == jwt_algorithm::hs256)
        return constant_time_equal(signature, hmac_sha256(bytes_of(content_->shared.reveal()), text));
    return openssl::is_signed(content_->key.get(), a, text, signature);
}

result<key_set> parse_key_set(std::string_view text)
{
    if (text.size() > max_key_set_bytes)
        return no_set("it is too long");
    boost::system::error_code failed;
    const auto value = boost::json::parse(text, failed);
    if (failed || !value.is_object())
        return no_set("it is no JSON object");
    const auto& object = value.get_object();
    const auto* list = object.if_contains("keys");
    if (list == nullptr)
        return key_set{TRY(verification_key::from_jwk(object))};
    if (!list->is_array())
        return no_set("its keys are no list");
    if (list->get_array().size() > max_keys)
        return no_set("it has more than 100 keys");
    key_set keys;
    for (const auto& one : list->get_array())
        if (one.is_object())
            if (auto key = verification_key::from_jwk(one.get_object()))
                keys.push_back(*std::move(key));
    if (keys.empty())
        return no_set("it has no key that can be used");
    return keys;
}

} // namespace basekeeper::crypto
