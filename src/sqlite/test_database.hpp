// A fresh database file per test, gone with the test.
#pragma once

#include "sqlite/connection.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace basekeeper::sqlite {

/// Gives each test a folder of its own.
class database_test : public testing::Test
{
protected:
    database_test()
    {
        auto pattern = testing::TempDir() + "basekeeper-sqlite-XXXXXX";
        if (mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("mkdtemp " + pattern);
        folder_ = pattern;
    }

    ~database_test() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path file() const { return folder_ / "state.db"; }

    connection open(const open_options& options = {}) const
    {
        auto opened = connection::open(file(), options);
        if (!opened)
            throw std::runtime_error(describe(opened.error()));
        return std::move(*opened);
    }

    std::filesystem::path folder_;
};

/// Throws what failed, so that a test stops where it happened.
template <class T>
T must(result<T> r)
{
    if (!r)
        throw std::runtime_error(describe(r.error()));
    if constexpr (!std::is_void_v<T>)
        return std::move(*r);
}

/// The first column of the first row.
inline std::string scalar(connection& db, std::string_view sql)
{
    auto query = must(db.prepare(sql));
    return must(query.step()) ? std::string(query.column_text(0)) : "no row";
}

} // namespace basekeeper::sqlite
