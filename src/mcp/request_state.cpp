// `v1.<payload>.<signature>`, both in base64url; the payload is JSON.
#include "mcp/request_state.hpp"

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "crypto/random.hpp"
#include "json/text.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace basekeeper::mcp {
namespace {

constexpr std::size_t longest_state = 64U << 10U;
constexpr std::chrono::seconds lifetime{600};
constexpr std::string_view prefix = "v1.";

error refusal()
{
    return {condition::denied, "the request state is invalid, expired or used", "repeat the call without it"};
}

} // namespace

request_states::request_states(crypto::secret<std::string> key, const clock& time) : key_(std::move(key)), time_(time)
{
    if (key_.reveal().size() < 32)
        throw std::invalid_argument("the key for request states needs 32 bytes");
}

std::int64_t request_states::now() const
{
    return std::chrono::duration_cast<std::chrono::seconds>(time_.wall().time_since_epoch()).count();
}

std::string request_states::signature(std::string_view payload, std::string_view bound_to) const
{
    std::string text("basekeeper request state\n");
    text.append(payload).append("\n").append(bound_to);
    return crypto::to_base64url(crypto::hmac_sha256(crypto::bytes_of(key_.reveal()), text));
}

std::string request_states::issue(const conversation& c, std::string_view bound_to) const
{
    std::string payload = R"({"exp":)";
    json::write_number(payload, now() + std::int64_t{lifetime.count()});
    payload += R"(,"once":)";
    json::write_string(payload, crypto::random_token(16));
    payload += R"(,"rounds":)";
    json::write_number(payload, c.rounds);
    payload += R"(,"asked":[)";
    for (const auto& key : c.asked) {
        if (payload.back() != '[')
            payload += ',';
        json::write_string(payload, key);
    }
    payload += ']';
    payload += R"(,"answers":)";
    json::write_value(payload, c.answers);
    payload += '}';
    const auto encoded = crypto::to_base64url(crypto::bytes_of(payload));
    return std::string(prefix) + encoded + "." + signature(encoded, bound_to);
}

result<conversation> request_states::redeem(std::string_view state, std::string_view bound_to)
{
    const auto dot = state.rfind('.');
    if (state.size() > longest_state || !state.starts_with(prefix) || dot < prefix.size())
        return fail(refusal());
    const auto encoded = state.substr(prefix.size(), dot - prefix.size());
    const auto expected = signature(encoded, bound_to);
    if (!crypto::constant_time_equal(crypto::bytes_of(expected), crypto::bytes_of(state.substr(dot + 1))))
        return fail(refusal());

    // From here on the text is our own.
    const auto payload = TRY(crypto::from_base64url(encoded));
    const auto document = TRY(json::read(crypto::text_of(payload)));
    const auto& body = document.as_object();
    const auto expiry = body.at("exp").to_number<std::int64_t>();
    if (expiry < now())
        return fail(refusal());
    std::erase_if(used_, [&](const auto& entry) { return entry.second < now(); });
    if (!used_.emplace(body.at("once").as_string(), expiry).second)
        return fail(refusal());
    std::vector<std::string> asked;
    for (const auto& key : body.at("asked").as_array())
        asked.emplace_back(key.as_string());
    return conversation{
        .answers = body.at("answers").as_object(),
        .asked = std::move(asked),
        .rounds = body.at("rounds").to_number<std::int64_t>(),
    };
}

std::string request_digest(std::string_view method, const boost::json::object& params)
{
    auto same = params;
    for (const auto* passing : {"_meta", "inputResponses", "requestState"})
        same.erase(passing);
    std::string text(method);
    text += '\n';
    json::write_canonical(text, same);
    return crypto::to_base64url(crypto::sha256(text));
}

} // namespace basekeeper::mcp
