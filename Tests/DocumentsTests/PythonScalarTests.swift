import Documents
import Testing

@Suite struct PythonScalarTests {
    @Test(
        "Unquoted scalars answer to what Python prints for them",
        arguments: [
            ("no", "False"), ("On", "True"), ("~", "None"), ("null", "None"), ("007", "7"), ("1_000", "1000"),
            ("0x10", "16"), ("0b11", "3"), ("1:30", "90"), ("+5", "5"), ("-010", "-8"), ("1.50", "1.5"),
            ("1.0e+3", "1000.0"), (".5", "0.5"), (".inf", "inf"), ("1.0e-7", "1e-07"),
        ])
    func printed(_ text: String, _ expected: String) {
        #expect(PythonScalar.text(ofPlain: text) == expected)
    }

    @Test("Texts stay what they are", arguments: ["fire", "nope", "y", "1e3", "089", "12", "1.5", "True!"])
    func unchanged(_ text: String) {
        #expect(PythonScalar.text(ofPlain: text) == nil)
    }
}
