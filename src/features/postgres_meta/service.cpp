// One request per statement; never sent twice, for nobody knows whether a lost answer was a change.
#include "features/postgres_meta/service.hpp"

#include "crypto/encoding.hpp"
#include "crypto/random.hpp"
#include "features/postgres_meta/answer.hpp"
#include "features/postgres_meta/script.hpp"
#include "json/text.hpp"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <array>

namespace basekeeper::postgres_meta {
namespace {

constexpr std::size_t longest_answer = std::size_t{32} << 20U;

/// A pooler behind postgres-meta may keep what a failed text prepared: no two have the same name.
std::string new_name()
{
    std::array<std::byte, 8> own{};
    crypto::random_bytes(own);
    return "basekeeper_" + crypto::to_hex(own);
}

http::client_request request_for(const std::string& api_url, const crypto::secret<>& key, const std::string& text)
{
    auto base = api_url;
    while (base.ends_with('/'))
        base.pop_back();
    http::client_request out{.method = http::client_method::post, .url = base + "/pg/query"};
    out.headers = {{"content-type", "application/json"}, {"accept", "application/json"}};
    out.secrets.push_back({"apikey", key});
    out.secrets.push_back({"authorization", crypto::secret<>::filled_by([&](std::string& into) {
                               into = "Bearer ";
                               into += key.reveal();
                           })});
    out.body = json::to_text(boost::json::object{{"query", text}});
    out.max_body_bytes = longest_answer;
    out.repeat = http::repeatable::no;
    return out;
}

} // namespace

bool service::serves(const std::string& instance) const
{
    const auto* known = names_.find(instance);
    return known != nullptr && known->sql_by_gateway;
}

io::task<result<>> service::ask(std::string instance, io::deadline until)
{
    CO_TRY(co_await run(std::move(instance), {.what = {.sql = "select 1 as one"}}, pg::caps{}, until));
    co_return result<>{};
}

io::task<result<pg::statement_result>>
service::run(std::string instance, database::carried_statement what, pg::caps keep, io::deadline until)
{
    const auto* known = names_.find(instance);
    if (known == nullptr)
        co_return fail(condition::not_found, fmt::format("there is no instance \"{}\"", instance));
    const auto rows = keep.max_rows == SIZE_MAX ? keep.max_rows : keep.max_rows + 1;
    const auto text = compose(what, new_name(), rows, until.remaining());
    const auto url = known->api_url;
    const auto key = CO_TRY(co_await names_.service_role_key(instance));
    auto came = co_await client_.send(request_for(url, key, text.text), until);
    if (!came)
        co_return fail(std::move(came).error().within("asking postgres-meta through the gateway"));
    auto out = CO_TRY(read_answer(came->status, came->body, keep, text.characters_before));
    // The row too many only tells that there are more.
    if (what.how == database::fetching::by_cursor && out.truncated != pg::truncation::none)
        out.total_rows.reset();
    co_return out;
}

} // namespace basekeeper::postgres_meta
