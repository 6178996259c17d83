// Whether the state can be written is found out without changing it.
#include "sqlite/transaction.hpp"
#include "state/database.hpp"
#include "state/store.hpp"
#include "state/test_folder.hpp"

namespace basekeeper::state {
namespace {

class writable : public testing::state_test
{};

TEST_F(writable, an_open_store_is_writable_and_stays_as_it_is)
{
    ASSERT_TRUE(open_database(dir, sqlite::synchronous::normal));
    const auto before = every_byte();
    const auto found = check_writable(dir);
    EXPECT_TRUE(found) << describe(found.error());
    EXPECT_EQ(every_byte(), before);
}

TEST_F(writable, a_database_that_is_gone_is_named_and_not_made_anew)
{
    ASSERT_TRUE(open_database(dir, sqlite::synchronous::normal));
    std::filesystem::remove(dir / "state.db");
    const auto found = check_writable(dir);
    EXPECT_EQ(found.error().code, condition::not_found);
    EXPECT_FALSE(found.error().hint.empty());
    EXPECT_FALSE(std::filesystem::exists(dir / "state.db"));
}

TEST_F(writable, a_lock_that_somebody_holds_is_unavailable)
{
    auto other = open_database(dir, sqlite::synchronous::normal);
    ASSERT_TRUE(other);
    const auto held = sqlite::transaction::begin(*other);
    ASSERT_TRUE(held);
    EXPECT_EQ(check_writable(dir).error().code, condition::unavailable);
}

TEST_F(writable, a_file_that_is_no_database_is_not_writable)
{
    std::filesystem::create_directories(dir);
    std::ofstream(dir / "state.db") << std::string(8'192, 'x');
    EXPECT_FALSE(check_writable(dir));
}

} // namespace
} // namespace basekeeper::state
