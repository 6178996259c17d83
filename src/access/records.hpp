// API keys and blocked addresses of the store, as coroutines for the I/O thread.
#pragma once

#include "access/address_blocks.hpp"
#include "access/authenticator.hpp"
#include "base/result.hpp"
#include "io/runtime.hpp"
#include "log/logger.hpp"

#include <filesystem>
#include <memory>

namespace basekeeper::access {

/// Opened once by a server. The pool and the log must outlive it, and it must outlive what uses its functions.
class records
{
public:
    /// Blocking, for start-up; fails as state::store::open does.
    static result<std::unique_ptr<records>>
    open(const std::filesystem::path& dir, io::offload_pool& pool, log::logger& log);

    records(const records&) = delete;
    records& operator=(const records&) = delete;
    ~records();

    /// For an authenticator. The use of a valid key is noted about once a minute; that failing is logged only.
    find_api_key keys();

    /// For address_blocks.
    block_store blocks();

private:
    struct tables;
    explicit records(std::unique_ptr<tables> t);
    std::unique_ptr<tables> tables_;
};

} // namespace basekeeper::access
