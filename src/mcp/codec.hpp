// How a version of the protocol writes what the handlers, which know no version, have to say.
#pragma once

#include "mcp/call.hpp"
#include "mcp/jsonrpc.hpp"
#include "mcp/registry.hpp"
#include "mcp/version.hpp"

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace basekeeper::mcp {

/// What the end of a result says about the whole of it.
struct result_traits
{
    bool cacheable = false; ///< a list, a discovery or the content of a resource
    std::chrono::milliseconds fresh_for{0};
    origin words = origin::ours;
    std::string meta{};                 ///< more members of `_meta`, JSON text
    std::string_view type = "complete"; ///< `resultType`, where the era has it
};

/// One codec per era; one object per version. Results are text: members of the result object, separated by commas,
/// appended after `begin_result`.
class codec
{
public:
    virtual ~codec() = default;

    const version_traits& knows() const { return knows_; }

    /// Ends a result: adds what the era wants in every result and closes it.
    virtual void finish_result(std::string& message, const result_traits& traits) const = 0;

    /// A resource that does not exist.
    virtual rpc_error resource_not_found(std::string_view uri) const = 0;

protected:
    explicit codec(const version_traits& knows) : knows_(knows) {}

private:
    const version_traits& knows_;
};

/// The handshake versions. Says nothing about caching and result types.
class legacy_codec final : public codec
{
public:
    explicit legacy_codec(protocol_version v) : codec(traits_of(v)) {}

    void finish_result(std::string& message, const result_traits& traits) const override;
    rpc_error resource_not_found(std::string_view uri) const override;
};

/// The stateless version: every result names its type, its maker and how long it is fresh.
class modern_codec final : public codec
{
public:
    /// `server_info`: JSON text of the `Implementation` object.
    explicit modern_codec(std::string server_info)
        : codec(traits_of(protocol_version::v2026_07_28)), server_info_(std::move(server_info))
    {}

    void finish_result(std::string& message, const result_traits& traits) const override;
    rpc_error resource_not_found(std::string_view uri) const override;

    /// Ends a result that asks the client to come back with responses and with `state`.
    void
    finish_input_required(std::string& message, std::span<const input_request> requests, std::string_view state) const;

private:
    void finish(std::string& message, std::string_view type, const result_traits& traits) const;

    std::string server_info_;
};

/// Appends `"inputRequests":{…}`.
void write_input_requests(std::string& out, std::span<const input_request> requests);

/// Appends `"key":` to an object that is being written, with a comma where one is due.
void begin_member(std::string& out, std::string_view key);

/// Appends `"key":"value"`, or nothing when the value is empty.
void write_text_member(std::string& out, std::string_view key, std::string_view value);

} // namespace basekeeper::mcp
