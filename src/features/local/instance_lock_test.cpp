// Two never hold the same lock.
#include "features/local/instance_lock.hpp"
#include "io/runtime.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace basekeeper::local {
namespace {

TEST(local_instance_lock, the_second_waits_and_gets_it_when_the_first_lets_go)
{
    namespace fs = std::filesystem;
    std::string pattern = fs::temp_directory_path() / "basekeeper-lock-XXXXXX";
    const fs::path root = ::mkdtemp(pattern.data());
    io::runtime loop;
    const auto body = [&]() -> io::task<int> {
        {
            const auto first = co_await instance_lock::acquire(root / "lock", io::deadline::never());
            EXPECT_TRUE(first);
            const auto limit = io::deadline::after(std::chrono::milliseconds(30));
            const auto second = co_await instance_lock::acquire(root / "lock", limit);
            EXPECT_EQ(second.error().code, condition::conflict);
        }
        EXPECT_TRUE(co_await instance_lock::acquire(root / "lock", io::deadline::never()));
        EXPECT_EQ(
            (co_await instance_lock::acquire(root / "missing" / "lock", io::deadline::never())).error().code,
            condition::denied
        );
        co_return 0;
    };
    loop.run_main(body());
    fs::remove_all(root);
}

} // namespace
} // namespace basekeeper::local
