// A state folder for one test, gone afterwards.
#pragma once

#include "base/error.hpp"
#include "sqlite/connection.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace basekeeper::state::testing {

class state_test : public ::testing::Test
{
protected:
    void SetUp() override
    {
        std::string name = (std::filesystem::temp_directory_path() / "state_test.XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        root = name;
        dir = root / "state";
    }

    void TearDown() override { std::filesystem::remove_all(root); }

    /// Changes the database behind the back of the store.
    void tamper(const std::string& sql) const
    {
        auto db = sqlite::connection::open(dir / "state.db");
        ASSERT_TRUE(db) << describe(db.error());
        const auto done = db->exec(sql);
        EXPECT_TRUE(done) << describe(done.error());
    }

    /// All bytes of all files beneath the state folder.
    std::string every_byte() const
    {
        std::string all;
        for (const auto& file : std::filesystem::recursive_directory_iterator(dir))
            if (file.is_regular_file()) {
                std::ifstream in(file.path(), std::ios::binary);
                all.append(std::istreambuf_iterator<char>(in), {});
            }
        return all;
    }

    std::filesystem::path root;
    std::filesystem::path dir;
};

/// Permission bits of a file.
inline unsigned mode_of(const std::filesystem::path& file)
{
    return static_cast<unsigned>(std::filesystem::status(file).permissions()) & 07777U;
}

} // namespace basekeeper::state::testing
