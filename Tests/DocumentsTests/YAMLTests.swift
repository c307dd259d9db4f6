import Diagnostics
import Documents
import Testing

@Suite struct YAMLTests {
    private func kind(_ text: String) throws -> Node.Kind { try YAML.parse("v: " + text, file: "f")["v"]!.kind }

    @Test(arguments: [
        ("true", Node.Kind.bool(true)), ("True", .bool(true)), ("yes", .bool(true)), ("on", .bool(true)),
        ("no", .bool(false)), ("OFF", .bool(false)), ("y", .string("y")), ("tRue", .string("tRue")),
        ("~", .null), ("null", .null), ("", .null), ("None", .string("None")),
        ("0", .int(0)), ("-3", .int(-3)), ("+7", .int(7)), ("0x1F", .int(31)), ("010", .string("010")),
        ("1_000", .string("1_000")), ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
        ("9223372036854775808", .double(9223372036854775808)),
        ("1.5", .double(1.5)), ("1e-3", .double(1e-3)), ("1E5", .double(1e5)), (".5", .double(0.5)), ("5.", .double(5)),
        ("-.5e+2", .double(-50)), ("1e999", .double(.infinity)), (".inf", .double(.infinity)),
        ("-.INF", .double(-.infinity)),
        (".", .string(".")), ("1e", .string("1e")), ("e5", .string("e5")), ("1.2.3", .string("1.2.3")),
        ("1:30", .string("1:30")), ("nan", .string("nan")), ("inf", .string("inf")), ("-", .list([Node(.null)])),
        ("'5'", .string("5")), ("\"true\"", .string("true")), ("''", .string("")), ("! 5", .string("5")),
        ("!!str 5", .string("5")), ("!!float 5", .double(5)), ("!!int '5'", .int(5)),
        ("|\n  a\n  b\n", .string("a\nb\n")),
    ])
    func scalarsResolveAsUsersMeanThem(text: String, expected: Node.Kind) throws {
        let source = text == "-" ? "\n- " : text
        #expect(try kind(source) == expected)
    }

    @Test func notANumberIsANumber() throws { #expect(try kind(".nan") == kind(".NaN") || kind(".nan") != .null) }

    @Test func nodesKnowTheirPlace() throws {
        let root = try YAML.parse("a: 1\nb:\n  - x\n  - y: é 2\n", file: "f.yaml")
        let inner = root["b"]!.list![1]["y"]!
        #expect(inner.file == "f.yaml" && inner.line == 4 && inner.column == 8)
        #expect(root["b"]!.list![1].map![0].keyNode.column == 5)
        #expect(root["a"]!.problem("m").description == "f.yaml:1:4: m.")
        #expect(root["zzz"] == nil && root["a"]!["b"] == nil)
    }

    @Test func keysKeepTheirSpelling() throws {
        let root = try YAML.parse("{0: fire, on: 1, 8.30: x}", file: "f")
        #expect(root.map!.map(\.key) == ["0", "on", "8.30"])
        #expect(root.map![0].keyNode.int == 0)
        #expect(root["0"]?.string == "fire")
    }

    @Test func mergeKeysFillInWhatIsMissing() throws {
        let text = """
            base: &base {a: 1, b: 2}
            more: &more {b: 3, c: 4}
            one: {<<: *base, b: 9}
            two: {b: 5, <<: [*base, *more]}
            plain: {"<<": 1}
            """
        let root = try YAML.parse(text, file: "f")
        #expect(root["one"] == Node(.map([.init("b", Node(.int(9))), .init("a", Node(.int(1)))])))
        #expect(root["two"]!["b"]!.int == 5 && root["two"]!["a"]!.int == 1 && root["two"]!["c"]!.int == 4)
        #expect(root["plain"]!["<<"]!.int == 1)
        #expect(root["one"]!["a"]!.line == 1)
    }

    @Test func emptyDocumentsAreNull() throws {
        for text in ["", "\n\n", "# nothing\n", "---\n", "--- \n...\n", "\u{FEFF}"] {
            #expect(try YAML.parse(text, file: "f").isNull, "\(text)")
        }
    }

    @Test func windowsFilesAndByteOrderMarksAreRead() throws {
        #expect(try YAML.parse("\u{FEFF}a: 1\r\nb: 2\r\n", file: "f")["b"]!.int == 2)
        let wide: [UInt8] = [0xFF, 0xFE] + "a: 1".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        #expect(try YAML.parse(bytes: wide, file: "f")["a"]!.int == 1)
    }

    @Test(arguments: [
        ("a: 1\na: 2", "f:2:1: the key 'a' stands twice in the same map, first in line 1. Remove one of the two."),
        (
            "a: [1",
            "f:2:1: this is not valid YAML: did not find expected ',' or ']', for what begins in line 1. "
                + "Check indentation, brackets and quotes here and in the line before."
        ),
        (
            "a:\n\t- 1",
            "f:2:1: this is not valid YAML: found character that cannot start any token. "
                + "Indent with spaces, not tabs, and quote text with special signs."
        ),
        (
            "a: b: c",
            "f:1:5: this is not valid YAML: mapping values are not allowed in this context. "
                + "Check the indentation, and quote text that contains ': '."
        ),
        (
            "a: 1\nb\n",
            "f:2:1: this is not valid YAML: could not find expected ':'. "
                + "Write `key: value`, with a space after the colon."
        ),
        ("a: \u{0}", "f:1:4: the file is not text: control characters are not allowed. Save it as UTF-8 text."),
        ("a: 1\n---\nb: 2", "f:2:1: there is a second document in this file. Keep one document, without `---` inside."),
        (
            "a: !!python/object:os.system x",
            "f:1:4: the tag 'tag:yaml.org,2002:python/object:os.system' is not understood "
                + "here. Remove the tag."
        ),
        ("a: !!int x", "f:1:4: the tag 'tag:yaml.org,2002:int' is not understood here. Remove the tag."),
        ("a: !x [1]", "f:1:4: the tag '!x' is not understood here. Remove the tag."),
        ("a: *b", "f:1:4: the alias '*b' has no anchor '&b' before it. Write the value out."),
        ("a: &a [*a]", "f:1:8: the alias '*a' contains itself. Write the value out."),
        (
            "<<: 3",
            "f:1:5: the merge key '<<' needs a map, found the number 3. Name an anchor of a map, as in `<<: *base`."
        ),
        ("? [1, 2]\n: 3", "f:1:3: a key cannot be a list or a map. Use a word or a number as key."),
    ])
    func badDocumentsNameTheirPlace(text: String, message: String) {
        let problem = #expect(throws: Problem.self) { try YAML.parse(text, file: "f") }
        #expect(problem?.description == message)
        #expect(problem?.exit == .badData)
    }

    @Test func bytesThatAreNoTextNameTheirPlace() {
        let problem = #expect(throws: Problem.self) {
            try YAML.parse(bytes: Array("a: 1\nb: ".utf8) + [0xFF], file: "f")
        }
        #expect(problem?.line == 2 && problem?.column == 4)
    }

    @Test func treesAreWrittenAndReadBack() throws {
        let words = [
            "", "a b", "yes", "5", "1_000", "1:30", "0o7", "x: y", "#", "- a", "it's", "\"q\"", "\\", "a\nb", "\u{7}",
            "é",
            " lead", "trail ", "\u{2028}", "\u{FEFF}", "😀", "<<", "=", "~", "null", "2001-01-01", "12e03", ".5", "0x1",
            "[a]", "/a/b",
        ]
        let tree = Node(
            .map([
                .init(
                    "numbers",
                    Node(
                        .list([
                            Node(.double(1e-5)), Node(.double(.leastNonzeroMagnitude)), Node(.int(.min)),
                            Node(.double(-0.0)),
                        ]))),
                .init(
                    "nested",
                    Node(.list([Node(.list([Node(.int(1))])), Node(.map([.init("k", Node(.null))])), Node(.map([]))]))),
                .init("deep", Node(.map([.init("x", Node(.map([.init("y", Node(.bool(true)))])))]))),
                .init("words", Node(.list(words.map { Node(.string($0)) }))),
                .init("5", Node(.double(1e22))),
            ]))
        let text = YAML.text(of: tree)
        #expect(try YAML.parse(text, file: "f") == tree)
        #expect(
            text.hasPrefix(
                "numbers: [1.0e-05, 5.0e-324, -9223372036854775808, -0.0]\nnested:\n  - [1]\n  -\n    k: null\n"))
    }

    @Test func filesThatCannotBeReadSayWhy() {
        let missing = #expect(throws: Problem.self) { try YAML.read(path: "/nowhere/x.yaml") }
        #expect(missing?.description == "/nowhere/x.yaml: there is no such file. Check the path.")
        #expect(missing?.exit == .missingInput)
        let folder = #expect(throws: Problem.self) { try YAML.read(path: "/tmp") }
        #expect(folder?.description == "/tmp: this is not a regular file. Name a YAML file.")
        let device = #expect(throws: Problem.self) { try YAML.read(path: "/dev/zero") }
        #expect(device?.exit == .missingInput)
    }
}
