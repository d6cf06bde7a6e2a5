// The end of a program whose beginning, an #include of every installed header, install_test.py writes.
#include <iostream>

int main() { std::cout << kwire::version_string() << '\n'; }
