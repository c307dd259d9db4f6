import Diagnostics
import Tensors
import TestSupport
import Testing

@testable import Checkpoints
@testable import TestSupport

@Suite struct PickleReaderTests {
    private func read(_ bytes: [UInt8], _ limits: ReadingLimits = ReadingLimits()) throws -> PickleGraph {
        try PickleReader.read(bytes, path: "some.pt", limits: limits)
    }

    private func value(_ body: [UInt8]) throws -> PickleValue { try read([0x80, 2] + body + [0x2E]).root }

    @Test func plainValuesOfEveryOpcode() throws {
        #expect(try value([0x4E]) == .none)
        #expect(try value([0x88]) == .bool(true))
        #expect(try value([0x4A, 0xFE, 0xFF, 0xFF, 0xFF]) == .int(-2))
        #expect(try value([0x4B, 200]) == .int(200))
        #expect(try value([0x4D, 1, 2]) == .int(513))
        #expect(try value([0x47, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0]) == .double(1.5))
        #expect(try value([0x8A, 0]) == .int(0))
        #expect(try value([0x8A, 1, 0xFF]) == .int(-1))
        #expect(try value([0x8A, 2, 0xFF, 0]) == .int(255))
        #expect(try value([0x8A, 8] + [UInt8](repeating: 0xFF, count: 7) + [0x7F]) == .int(.max))
        #expect(try value([0x8A, 9] + [UInt8](repeating: 1, count: 9)) == .hugeInt)
        #expect(try value([0x8B, 1, 0, 0, 0, 5]) == .int(5))
        #expect(try value([0x58, 2, 0, 0, 0] + Array("é".utf8)) == .string("é"))
        #expect(try value([0x8C, 1, 0x61]) == .string("a"))
        #expect(try value([0x8D, 1, 0, 0, 0, 0, 0, 0, 0, 0x61]) == .string("a"))
        #expect(try value([0x55, 1, 0x61]) == .string("a"))
        #expect(try value([0x54, 1, 0, 0, 0, 0x61]) == .string("a"))
        #expect(try value([0x42, 1, 0, 0, 0, 9]) == .bytes([9]))
        #expect(try value([0x43, 1, 9]) == .bytes([9]))
    }

    @Test func containersMemoAndStackOpcodes() throws {
        // ([1, 2], {'a': 3}) with the list stored, dropped and recalled.
        let graph = try read(
            [0x80, 4, 0x95, 0, 0, 0, 0, 0, 0, 0, 0, 0x5D, 0x71, 7, 0x28, 0x4B, 1, 0x4B, 2, 0x65, 0x30]
                + [0x68, 7, 0x7D, 0x94, 0x8C, 1, 0x61, 0x4B, 3, 0x73, 0x86, 0x2E])
        let parts = try #require(graph.elements(graph.root))
        #expect(graph.elements(parts[0]) == [.int(1), .int(2)])
        #expect(graph.member("a", of: parts[1]) == .int(3))
        // A duplicate, a mark thrown away, an appended value.
        let other = try read([0x80, 2, 0x4B, 1, 0x32, 0x28, 0x4E, 0x31, 0x86, 0x5D, 0x4B, 5, 0x61, 0x86, 0x2E])
        let outer = try #require(other.elements(other.root))
        #expect(other.elements(outer[0]) == [.int(1), .int(1)])
        #expect(other.elements(outer[1]) == [.int(5)])
    }

    @Test func unknownClassesBecomeInertRecords() throws {
        let graph = try read(PickleText.object("any.module", "Outer.Name", [("x", .int(4))]).pickle)
        #expect(graph.className(graph.root) == "Name")
        #expect(graph.member("x", of: graph.root) == .int(4))
    }

    static let attacks: [PickleText] = [
        .call(.global("os", "system"), [.string("touch /tmp/owned")]),
        .call(.global("posix", "system"), [.string("id")]), .call(.global("nt", "system"), [.string("id")]),
        .call(.global("builtins", "eval"), [.string("1")]), .call(.global("__builtin__", "exec"), [.string("1")]),
        .call(.global("subprocess", "Popen"), [.list([.string("id")])]),
        .call(.global("runpy", "_run_code"), [.string("1")]),
        .call(.global("torch", "load"), [.string("other.pt")]),
        .call(.global("torch.hub", "load"), [.string("x")]),
        .call(.global("webbrowser", "open"), [.string("http://example.org")]),
        .call(.global("numpy.testing._private.utils", "runstring"), [.string("1")]),
        .call(.global("collections", "namedtuple"), [.string("1")]),
        .call(.global("builtins.scalar", "system"), [.string("1")]),
        .call(.call(.global("builtins", "getattr"), [.none, .string("system")]), [.string("id")]),
        .call(.global("torch._tensor", "_rebuild_from_type_v2"), [.global("os", "system"), .none, .tuple([]), .none]),
        .call(
            .global("torch._tensor", "_rebuild_from_type_v2"),
            [.global("torch", "compile"), .none, .tuple([]), .none]),
    ]

    @Test(arguments: attacks.indices) func callsOutsideTheListAreRefused(_ index: Int) throws {
        let problem = try #require(throws: Problem.self) { try read(Self.attacks[index].pickle) }
        #expect(problem.file == "some.pt" && problem.remedy != nil && problem.exit == .badData)
    }

    @Test func typesThatOnlyDescribeAreInertRecords() throws {
        for function: PickleText in [
            .global("__builtin__", "xrange"), .global("builtins", "range"), .global("builtins", "type"),
            .global("decimal", "Decimal"), .global("fractions", "Fraction"),
            .global("torch.serialization", "_get_layout"),
            .global("somebody.config", "Settings"),
        ] {
            let graph = try read(PickleText.call(function, [.int(0), .int(10), .int(1)]).pickle)
            guard case .object(let index) = graph.root else { Issue.record("\(graph.root) from \(function)"); continue }
            #expect(graph.elements(graph.objects[index].arguments) == [.int(0), .int(10), .int(1)])
        }
    }

    @Test func theRefusedFunctionIsNamed() throws {
        let problem = try #require(throws: Problem.self) { try read(Self.attacks[0].pickle) }
        #expect(problem.message.contains("os.system"))
    }

    @Test func everyOpcodeByteIsReadOrRefused() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let body: [UInt8] = [0x28, 0x4B, 1, 0x71, 0, first, second, 1, 0, 0, 0, 0, 0, 0, 0, 0x61, 0x2E]
                do { _ = try read([0x80, 2] + body) } catch { #expect(error is Problem) }
            }
        }
    }

    @Test func limitsHoldAtTheLimitAndOneBeyond() throws {
        func expectLimit(_ body: [UInt8], _ set: (inout ReadingLimits, Int) -> Void, at limit: Int) throws {
            var limits = ReadingLimits()
            set(&limits, limit)
            _ = try read([0x80, 2] + body + [0x2E], limits)
            set(&limits, limit - 1)
            #expect(throws: Problem.self) { try read([0x80, 2] + body + [0x2E], limits) }
        }
        try expectLimit([0x4E], { $0.pickleBytes = $1 }, at: 4)
        try expectLimit([0x4E, 0x30, 0x4E], { $0.operations = $1 }, at: 5)
        try expectLimit([0x4E, 0x4E, 0x4E], { $0.stackValues = $1 }, at: 3)
        try expectLimit([0x4E, 0x71, 0, 0x71, 1], { $0.memoValues = $1 }, at: 2)
        try expectLimit([0x28, 0x28, 0x74, 0x74], { $0.depth = $1 }, at: 2)
        try expectLimit([0x58, 3, 0, 0, 0, 0x61, 0x61, 0x61], { $0.textBytes = $1 }, at: 3)
    }

    @Test func textsBeyondTheFileAreRefusedBeforeTheyAreMade() {
        for body: [UInt8] in [
            [0x58, 0xFF, 0xFF, 0xFF, 0xFF], [0x54, 0, 0, 0, 0x7F], [0x8D] + [UInt8](repeating: 0xFF, count: 8),
            [0x8E, 0xFF, 0, 0, 0, 0, 0, 0, 0], [0x8B, 0xFF, 0xFF, 0xFF, 0xFF], [0x63, 0x61], [0x43, 3, 1],
        ] { #expect(throws: Problem.self) { try value(body) } }
    }

    @Test func deepAndCyclicAndSharedValuesEndWell() throws {
        // A list of a list … one hundred thousand levels deep.
        let deep = [UInt8](repeating: 0x5D, count: 100_000) + [UInt8](repeating: 0x61, count: 99_999)
        let graph = try read([0x80, 2] + deep + [0x2E])
        #expect(throws: Problem.self) { try graph.node(graph.root, limits: ReadingLimits()) { Problem($0) } }
        // A list that holds itself.
        let cyclic = try read([0x80, 2, 0x5D, 0x71, 0, 0x68, 0, 0x61, 0x2E])
        #expect(throws: Problem.self) { try cyclic.node(cyclic.root, limits: ReadingLimits()) { Problem($0) } }
        // Sixty lists, each holding the one before twice.
        var bomb: [UInt8] = [0x80, 2, 0x5D, 0x71, 0]
        for level in UInt8(1)...60 { bomb += [0x5D, 0x68, level - 1, 0x61, 0x68, level - 1, 0x61, 0x71, level] }
        let shared = try read(bomb + [0x2E])
        #expect(throws: Problem.self) { try shared.node(shared.root, limits: ReadingLimits()) { Problem($0) } }
    }

    @Test func usingOneLargeValueAgainAndAgainCostsNothing() throws {
        let rounds = 50_000
        // A text of 1 MiB encoded, a list of 100,000 made into sets that grow, and into shapes of tensors.
        let text = PickleText.string(String(repeating: "a", count: 1 << 20)).bytes + [0x71, 0, 0x30]
        let encode = PickleText.global("_codecs", "encode").bytes + [0x68, 0, 0x85, 0x52]
        _ = try value(text + (0..<rounds).flatMap { _ in encode })
        let list = [0x5D, 0x28] + [UInt8](repeating: 0x4E, count: 100_000) + [0x65, 0x71, 0, 0x30]
        let set = PickleText.global("builtins", "set").bytes + [0x68, 0, 0x85, 0x52, 0x4E, 0x61]
        #expect(throws: Problem.self) { try value(list + (0..<rounds).flatMap { _ in set }) }
        let storage = PickleText.tensor("0", [1]).bytes.dropLast()
        #expect(throws: Problem.self) { try value(list + storage + [0x68, 0, 0x74, 0x52]) }
    }

    @Test func damagedPicklesEndInAProblemAndNeverInATrap() {
        let model = TorchCheckpointTests.model.pickle
        for count in model.indices { #expect(throws: Problem.self) { try read(Array(model[..<count])) } }
        var numbers = RandomStream(2)
        for _ in 0..<5000 {
            do { _ = try read(mutated(model, &numbers)) } catch { #expect(error is Problem) }
        }
    }
}
