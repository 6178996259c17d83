// Objects: raw bodies and the multipart form that browsers send.
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "crypto/random.hpp"
#include "features/simulated_stack/storage.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <set>

namespace basekeeper::simulated_stack {
namespace {

struct content
{
    std::string type = "application/octet-stream";
    std::string bytes;
};

/// The part that is a file; the others are fields about it.
content file_of_form(std::string_view body, std::string_view boundary)
{
    const auto mark = "--" + std::string(boundary);
    content out;
    for (auto at = body.find(mark); at != std::string_view::npos;) {
        const auto next = body.find(mark, at + mark.size());
        const auto part =
            body.substr(at + mark.size(), next == std::string_view::npos ? next : next - at - mark.size());
        const auto head_end = part.find("\r\n\r\n");
        if (head_end != std::string_view::npos && part.substr(0, head_end).contains("filename=")) {
            out.bytes = part.substr(head_end + 4, part.size() - head_end - 6); // CR LF before the next mark
            constexpr std::string_view named = "Content-Type: ";
            if (const auto type = part.find(named); type < head_end)
                out.type = part.substr(type + named.size(), part.find("\r\n", type) - type - named.size());
        }
        at = next;
    }
    return out;
}

content content_of(const request& asked)
{
    const auto* type = find_header(asked.headers, "content-type");
    if (type == nullptr)
        return {.bytes = asked.body};
    constexpr std::string_view form = "multipart/form-data";
    constexpr std::string_view named = "boundary=";
    const auto boundary = type->find(named);
    if (type->starts_with(form) && boundary != std::string::npos)
        return file_of_form(asked.body, std::string_view(*type).substr(boundary + named.size()));
    return {*type, asked.body};
}

std::string joined(const std::vector<std::string>& parts, std::size_t from)
{
    std::string out;
    for (auto i = from; i < parts.size(); ++i)
        out.append(i == from ? "" : "/").append(parts[i]);
    return out;
}

std::string tag_of(std::string_view bytes)
{
    return '"' + crypto::to_hex(crypto::sha256(bytes)).substr(0, 32) + '"';
}

answer no_such_object()
{
    return storage_error("404", "not_found", "Object not found");
}

} // namespace

answer storage_service::objects(const call& what, const path& parts, std::string_view role)
{
    const auto& method = what.asked.method;
    const bool reads = method == "GET" || method == "HEAD";
    if (parts.size() == 3 && parts[1] == "list" && method == "POST")
        return list(what, parts[2], role);
    const bool has_kind = reads && parts.size() > 3 && (parts[1] == "public" || parts[1] == "authenticated");
    const std::size_t first = has_kind ? 2 : 1;
    if (parts.size() <= first)
        return storage_error("404", "Bucket not found", "Bucket not found");
    const auto& in = parts[first];
    const auto found = buckets_.find(in);
    const bool may_read = role == "service_role" || (has_kind && parts[1] == "public");
    if (found == buckets_.end() || (has_kind && parts[1] == "public" && !found->second.is_public))
        return storage_error("404", "Bucket not found", "Bucket not found");
    const auto key = joined(parts, first + 1);
    if (reads)
        return may_read ? download(in, key) : no_such_object();
    if (method == "DELETE")
        return role == "service_role" ? remove(what, in) : json_answer(200, boost::json::array{});
    if (role != "service_role")
        return storage_error("403", "Unauthorized", "new row violates row-level security policy");
    return upload(what, in, key);
}

answer storage_service::upload(const call& what, const std::string& in, const std::string& key)
{
    const auto whole = in + "/" + key;
    const auto* upsert = find_header(what.asked.headers, "x-upsert");
    const bool replaces = what.asked.method == "PUT" || (upsert != nullptr && *upsert == "true");
    if (key.empty())
        return storage_error("400", "InvalidKey", "Invalid key: " + key);
    if (objects_.contains(whole) && !replaces)
        return storage_error("409", "Duplicate", "The resource already exists");
    auto came = content_of(what.asked);
    if (came.bytes.size() > most_object_bytes || (!objects_.contains(whole) && objects_.size() >= most_objects))
        return storage_error("413", "Payload too large", "The object exceeded the maximum allowed size");
    auto& kept = objects_[whole];
    kept = {crypto::uuid_v4(), std::move(came.type), std::move(came.bytes), time_.wall()};
    return json_answer(200, boost::json::object{{"Key", whole}, {"Id", kept.id}});
}

answer storage_service::download(const std::string& in, const std::string& key) const
{
    const auto found = objects_.find(in + "/" + key);
    if (found == objects_.end())
        return no_such_object();
    const auto& one = found->second;
    return {200, {{"Content-Type", one.content_type}, {"ETag", tag_of(one.bytes)}}, one.bytes};
}

answer storage_service::remove(const call& what, const std::string& in)
{
    auto keys = std::vector<std::string>{};
    const auto body = body_object(what.asked);
    if (const auto* given = body.if_contains("prefixes"); given != nullptr && given->is_array())
        for (const auto& one : given->get_array())
            if (one.is_string())
                keys.emplace_back(one.get_string());
    const auto parts = path_parts(what.path);
    const auto alone = joined(parts, 2);
    if (!alone.empty()) {
        if (objects_.erase(in + "/" + alone) == 0)
            return no_such_object();
        return json_answer(200, boost::json::object{{"message", "Successfully deleted"}});
    }
    boost::json::array gone;
    for (const auto& key : keys)
        if (objects_.erase(std::string(in).append("/").append(key)) > 0)
            gone.emplace_back(boost::json::object{{"name", key}, {"bucket_id", in}});
    return json_answer(200, gone);
}

answer storage_service::list(const call& what, const std::string& in, std::string_view role) const
{
    boost::json::array out;
    if (role != "service_role")
        return json_answer(200, out);
    auto prefix = text_member(body_object(what.asked), "prefix");
    if (!prefix.empty() && !prefix.ends_with('/'))
        prefix += '/';
    const auto before = in + "/" + prefix;
    std::set<std::string> folders;
    for (const auto& [whole, one] : objects_) {
        if (!whole.starts_with(before))
            continue;
        const auto name = whole.substr(before.size());
        if (const auto slash = name.find('/'); slash != std::string::npos) {
            if (folders.insert(name.substr(0, slash)).second)
                out.emplace_back(
                    boost::json::object{{"name", name.substr(0, slash)}, {"id", nullptr}, {"metadata", nullptr}}
                );
            continue;
        }
        const auto made = to_rfc3339(one.created_at);
        out.emplace_back(boost::json::object{
            {"name", name},
            {"id", one.id},
            {"created_at", made},
            {"updated_at", made},
            {"last_accessed_at", made},
            {"metadata",
             boost::json::object{
                 {"eTag", tag_of(one.bytes)}, {"size", one.bytes.size()}, {"mimetype", one.content_type}
             }},
        });
    }
    return json_answer(200, out);
}

} // namespace basekeeper::simulated_stack
