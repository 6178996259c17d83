// Reads tokens part by part: clients are told which part was wrong, so that is what must be known here.
#include "features/simulated_stack/tokens.hpp"

#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "crypto/jwt.hpp"
#include "json/text.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <chrono>
#include <optional>

namespace basekeeper::simulated_stack {
namespace {

std::optional<boost::json::object> object_in(std::string_view segment)
{
    const auto bytes = crypto::from_base64url(segment);
    if (!bytes)
        return std::nullopt;
    const auto read = json::read(crypto::text_of(*bytes));
    if (!read || !read->is_object())
        return std::nullopt;
    return read->get_object();
}

bool is_over(const boost::json::object& claims, wall_time now)
{
    const auto* ends = claims.if_contains("exp");
    if (ends == nullptr || !ends->is_int64())
        return false;
    return now >= wall_time{std::chrono::seconds{ends->get_int64()}};
}

/// Among the keys of auth one may be: its tokens are made with that.
bool is_for_signing(const boost::json::object& key)
{
    const auto* operations = key.if_contains("key_ops");
    return operations != nullptr && operations->is_array() &&
           std::ranges::any_of(operations->get_array(), [](const boost::json::value& v) { return v == "sign"; });
}

/// Only what a public key has of it.
boost::json::object public_half(boost::json::object key)
{
    key.erase("d");
    key["key_ops"] = boost::json::array{"verify"};
    return key;
}

} // namespace

std::string_view variable(const env_text::values& in, std::string_view name, std::string_view otherwise)
{
    const auto found = in.find(name);
    return found == in.end() || found->second.empty() ? otherwise : std::string_view(found->second.reveal());
}

std::string reading::role() const
{
    const auto* named = claims.if_contains("role");
    return named != nullptr && named->is_string() ? std::string(named->get_string()) : "anon";
}

token_keys token_keys::of_secret_and_set(const env_text::values& in, std::string_view key_set)
{
    token_keys out;
    out.add_set(variable(in, key_set));
    out.shared_.clear();
    out.shared_.emplace_back(std::string(variable(in, "JWT_SECRET")));
    return out;
}

token_keys token_keys::of_set_or_secret(const env_text::values& in, std::string_view key_set)
{
    token_keys out;
    out.add_set(variable(in, key_set));
    if (out.shared_.empty() && out.public_.empty())
        out.shared_.emplace_back(std::string(variable(in, "JWT_SECRET")));
    return out;
}

void token_keys::add_set(std::string_view text)
{
    const auto read = json::read(text);
    if (!read)
        return;
    const boost::json::array* keys = read->if_array();
    if (const auto* set = read->if_object(); set != nullptr && set->contains("keys"))
        keys = set->at("keys").if_array();
    if (keys == nullptr)
        return;
    for (const auto& one : *keys) {
        const auto* key = one.if_object();
        if (key == nullptr)
            continue;
        if (const auto* k = key->if_contains("k"); k != nullptr && k->is_string()) {
            if (const auto bytes = crypto::from_base64url(k->get_string()))
                shared_.emplace_back(std::string(crypto::text_of(*bytes)));
            continue;
        }
        if (is_for_signing(*key))
            if (auto both = crypto::es256_key::from_private_jwk(*key))
                signing_ = *std::move(both);
        auto half = public_half(*key);
        if (auto verifying = crypto::verification_key::from_jwk(half)) {
            public_.push_back(*std::move(verifying));
            shown_.emplace_back(std::move(half));
        }
    }
}

bool token_keys::verifies(std::string_view algorithm, std::string_view text, std::string_view signature) const
{
    const auto bytes = crypto::from_base64url(signature);
    if (!bytes)
        return false;
    if (algorithm == "HS256") {
        for (const auto& one : shared_) {
            const auto made = crypto::hmac_sha256(crypto::bytes_of(one.reveal()), text);
            if (!one.empty() && crypto::constant_time_equal(made, *bytes))
                return true;
        }
        return false;
    }
    const auto known = crypto::jwt_algorithm_from(algorithm);
    if (!known)
        return false;
    for (const auto& one : public_)
        if (one.fits(*known) && one.verifies(*known, text, *bytes))
            return true;
    return false;
}

reading token_keys::read(std::string_view token, wall_time now) const
{
    if (token.empty())
        return {};
    const auto first = token.find('.');
    const auto last = token.rfind('.');
    if (first == std::string_view::npos || first == last || token.find('.', first + 1) != last)
        return {token_state::malformed};
    const auto header = object_in(token.substr(0, first));
    auto claims = object_in(token.substr(first + 1, last - first - 1));
    if (!header || !claims)
        return {token_state::malformed};
    const auto* named = header->if_contains("alg");
    const auto algorithm =
        named != nullptr && named->is_string() ? std::string_view(named->get_string()) : std::string_view{};
    if (!verifies(algorithm, token.substr(0, last), token.substr(last + 1)))
        return {token_state::bad_signature};
    if (is_over(*claims, now))
        return {token_state::expired};
    return {token_state::good, *std::move(claims)};
}

std::string token_keys::sign(const boost::json::object& claims) const
{
    if (signing_)
        return signing_->sign(claims);
    if (shared_.empty())
        return {};
    return crypto::sign_jwt(claims, crypto::bytes_of(shared_.front().reveal())).value_or(std::string{});
}

boost::json::object token_keys::published() const
{
    return {{"keys", shown_}};
}

} // namespace basekeeper::simulated_stack
