// The simulated storage: buckets and small objects, with storage's errors.
#pragma once

#include "base/clock.hpp"
#include "env_text/document.hpp"
#include "features/simulated_stack/service.hpp"
#include "features/simulated_stack/tokens.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace basekeeper::simulated_stack {

class storage_service
{
public:
    static constexpr std::size_t most_buckets = 100;
    static constexpr std::size_t most_objects = 100;
    static constexpr std::size_t most_object_bytes = std::size_t{1} << 20U;

    /// The clock must outlive it.
    explicit storage_service(const clock& time) : time_(time) {}

    void start(const env_text::values& in_effect);
    void wipe();
    answer respond(const call& what);

private:
    struct bucket
    {
        bool is_public = false;
        wall_time created_at{};
    };

    struct object
    {
        std::string id;
        std::string content_type;
        std::string bytes;
        wall_time created_at{};
    };

    using path = std::vector<std::string>;

    // storage.cpp
    answer buckets(const call& what, const path& parts, std::string_view role);
    answer create_bucket(const call& what);
    boost::json::object shown(const std::string& name, const bucket& one) const;

    // storage_objects.cpp
    answer objects(const call& what, const path& parts, std::string_view role);
    answer upload(const call& what, const std::string& in, const std::string& key);
    answer download(const std::string& in, const std::string& key) const;
    answer remove(const call& what, const std::string& in);
    answer list(const call& what, const std::string& in, std::string_view role) const;

    const clock& time_;
    token_keys keys_;
    std::map<std::string, bucket, std::less<>> buckets_;
    std::map<std::string, object, std::less<>> objects_; // by `bucket/key`
};

/// Storage answers 400 to nearly every mistake of a client; `status_code` in the body is the real one.
answer storage_error(std::string_view status_code, std::string_view error, std::string_view message);

} // namespace basekeeper::simulated_stack
