// The program.
#include "app/program.hpp"

int main(int argc, char** argv)
{
    return basekeeper::app::run(argc, argv);
}
