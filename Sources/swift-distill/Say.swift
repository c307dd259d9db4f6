import Diagnostics

/// Prints a line for people; it stays one whatever names stand in it.
func say(_ line: String) { print(line.printable()) }

/// Prints the lines of a text for people.
func say(text: String) {
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) { say(String(line)) }
}
