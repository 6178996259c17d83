// Buckets, and who may do what: service_role everything, others nothing but public downloads.
#include "features/simulated_stack/storage.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace basekeeper::simulated_stack {
namespace {

constexpr std::string_view version = "1.60.4";

answer row_level_security()
{
    return storage_error("403", "Unauthorized", "new row violates row-level security policy");
}

answer no_such_bucket()
{
    return storage_error("404", "Bucket not found", "Bucket not found");
}

std::optional<answer> refusal(const reading& token)
{
    switch (token.state) {
    case token_state::good:
        return std::nullopt;
    case token_state::absent:
        return storage_error("400", "InvalidRequest", "headers must have required property 'authorization'");
    case token_state::malformed:
        return storage_error("403", "Unauthorized", "Invalid Compact JWS");
    case token_state::bad_signature:
        return storage_error("403", "Unauthorized", "signature verification failed");
    case token_state::expired:
        break;
    }
    return storage_error("403", "Unauthorized", R"("exp" claim timestamp check failed)");
}

} // namespace

answer storage_error(std::string_view status_code, std::string_view error, std::string_view message)
{
    return json_answer(400, boost::json::object{{"statusCode", status_code}, {"error", error}, {"message", message}});
}

void storage_service::start(const env_text::values& in_effect)
{
    keys_ = token_keys::of_secret_and_set(in_effect, "JWT_JWKS");
}

void storage_service::wipe()
{
    buckets_.clear();
    objects_.clear();
}

answer storage_service::respond(const call& what)
{
    const auto parts = path_parts(what.path);
    if (parts.size() == 1 && parts[0] == "status")
        return {};
    if (parts.size() == 1 && parts[0] == "version")
        return text_answer(200, std::string(version));
    if (parts.empty() || (parts[0] != "bucket" && parts[0] != "object"))
        return json_answer(
            404,
            boost::json::object{
                {"message", "Route " + what.asked.method + ":" + std::string(what.path) + " not found"},
                {"error", "Not Found"},
                {"statusCode", 404},
            }
        );
    const bool is_public_download =
        parts.size() > 3 && parts[0] == "object" && parts[1] == "public" && what.asked.method == "GET";
    const auto token = keys_.read(what.token(), time_.wall());
    if (auto refused = refusal(token); refused && !is_public_download)
        return *std::move(refused);
    if (what.database != service_state::up)
        return json_answer(
            500, boost::json::object{{"statusCode", "500"}, {"error", "Internal"}, {"message", "Internal Server Error"}}
        );
    return parts[0] == "bucket" ? buckets(what, parts, token.role()) : objects(what, parts, token.role());
}

boost::json::object storage_service::shown(const std::string& name, const bucket& one) const
{
    return {
        {"id", name},
        {"name", name},
        {"owner", ""},
        {"public", one.is_public},
        {"type", "STANDARD"},
        {"file_size_limit", nullptr},
        {"allowed_mime_types", nullptr},
        {"created_at", to_rfc3339(one.created_at)},
        {"updated_at", to_rfc3339(one.created_at)},
    };
}

answer storage_service::buckets(const call& what, const path& parts, std::string_view role)
{
    const auto& method = what.asked.method;
    if (parts.size() == 1 && method == "GET") {
        boost::json::array out;
        for (const auto& [name, one] : buckets_)
            if (role == "service_role")
                out.emplace_back(shown(name, one));
        return json_answer(200, out);
    }
    if (parts.size() == 1 && method == "POST")
        return role == "service_role" ? create_bucket(what) : row_level_security();
    const auto found = parts.size() > 1 ? buckets_.find(parts[1]) : buckets_.end();
    if (found == buckets_.end() || role != "service_role")
        return no_such_bucket();
    const auto prefix = found->first + "/";
    const auto is_inside = [&](const auto& one) { return one.first.starts_with(prefix); };
    if (parts.size() == 3 && parts[2] == "empty") {
        std::erase_if(objects_, is_inside);
        return json_answer(200, boost::json::object{{"message", "Successfully emptied"}});
    }
    if (method == "DELETE") {
        if (std::ranges::any_of(objects_, is_inside))
            return storage_error("409", "InvalidRequest", "The bucket you tried to delete is not empty");
        buckets_.erase(found);
        return json_answer(200, boost::json::object{{"message", "Successfully deleted"}});
    }
    if (method == "PUT") {
        found->second.is_public = is_true(body_object(what.asked), "public");
        return json_answer(200, boost::json::object{{"message", "Successfully updated"}});
    }
    return json_answer(200, shown(found->first, found->second));
}

answer storage_service::create_bucket(const call& what)
{
    const auto body = body_object(what.asked);
    auto name = text_member(body, "id");
    if (name.empty())
        name = text_member(body, "name");
    if (name.empty() || name.contains('/') || name.size() > 100)
        return storage_error("400", "InvalidBucketName", "Bucket name invalid");
    if (buckets_.contains(name))
        return storage_error("409", "Duplicate", "The resource already exists");
    if (buckets_.size() >= most_buckets)
        return storage_error("400", "InvalidRequest", "too many buckets");
    buckets_.emplace(name, bucket{is_true(body, "public"), time_.wall()});
    return json_answer(200, boost::json::object{{"name", name}});
}

} // namespace basekeeper::simulated_stack
