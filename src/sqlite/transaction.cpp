// Transactions by BEGIN IMMEDIATE, COMMIT and ROLLBACK.
#include "sqlite/transaction.hpp"

#include "sqlite/connection.hpp"
#include "sqlite/native.hpp"

#include <sqlite3.h>

namespace basekeeper::sqlite {

result<transaction> transaction::begin(connection& db)
{
    TRY(run(db.native_.get(), "BEGIN IMMEDIATE", "beginning a transaction on"));
    return transaction(db.native_.get());
}

transaction::~transaction()
{
    // SQLite may have rolled back by itself: after a full disk, for one.
    if (native_ != nullptr && sqlite3_get_autocommit(native_) == 0)
        sqlite3_exec(native_, "ROLLBACK", nullptr, nullptr, nullptr);
}

result<void> transaction::commit()
{
    if (native_ == nullptr || sqlite3_get_autocommit(native_) != 0)
        return fail(
            condition::internal,
            "committing a transaction that is over already",
            "look at the error before this one: it ended the transaction"
        );
    TRY(run(native_, "COMMIT", "committing to"));
    native_ = nullptr;
    return {};
}

} // namespace basekeeper::sqlite
