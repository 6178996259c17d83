// What is remembered about an instance on disk: nothing secret.
#pragma once

#include "features/local/layout.hpp"
#include "json/fields.hpp"

#include <cstdint>
#include <string>

namespace basekeeper::local {

/// The content of instance.json.
struct instance_record
{
    int format = 1;
    std::string name;
    int port = 0;
    std::string socket_dir;
    std::string server_version;
    std::int64_t created = 0; ///< seconds since 1970, UTC; the API keys are issued at that moment

    static constexpr auto fields = std::tuple{
        json::required("format", &instance_record::format, "", {1, 1}),
        json::required("name", &instance_record::name),
        json::required("port", &instance_record::port, "", {1, 65535}),
        json::required("socket_dir", &instance_record::socket_dir),
        json::required("server_version", &instance_record::server_version),
        json::required("created", &instance_record::created),
    };
};

/// Fails with not_found, or conflict when the file is damaged. Blocks.
result<instance_record> read_record(const layout& place);

/// Replaces the file in one step, durably. Blocks.
result<> write_record(const layout& place, const instance_record& record);

} // namespace basekeeper::local
