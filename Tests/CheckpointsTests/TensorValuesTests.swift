import Checkpoints
import Diagnostics
import Testing

@Suite struct TensorValuesTests {
    private func values<Stored>(_ type: String, _ stored: [Stored]) -> [Float]? {
        SafeTensors.Entry(type: type, shape: [stored.count], bytes: stored.withUnsafeBytes { Array($0) }).floats()
    }

    #if !(os(macOS) && arch(x86_64))
        @Test func everyHalfBecomesItsFloat() throws {
            let bits = (0...UInt16.max).map { $0 }
            let found = try #require(values("F16", bits))
            let different = bits.indices.filter { index in
                let expected = Float(Float16(bitPattern: bits[index]))
                return expected.isNaN ? !found[index].isNaN : expected.bitPattern != found[index].bitPattern
            }
            #expect(different.isEmpty)
        }
    #endif

    @Test func numbersOfEveryTypeBecomeFloats() {
        #expect(values("F32", [Float(1.5), -.infinity]) == [1.5, -.infinity])
        #expect(values("F64", [1.1, 1e300, -0.0]) == [Float(1.1), .infinity, 0])
        #expect(values("BF16", [UInt16(0x3FC0), 0xC000]) == [1.5, -2])
        #expect(values("I64", [Int64.max, -3]) == [Float(Int64.max), -3])
        #expect(values("I32", [Int32.min]) == [-2_147_483_648])
        #expect(values("I8", [Int8(-1)]) == [-1])
        #expect(values("U8", [UInt8(255)]) == [255])
        #expect(values("BOOL", [UInt8(1), 0]) == [1, 0])
        #expect(values("U64", [UInt64.max]) == nil)
        #expect(values("C64", [UInt64(0)]) == nil)
    }

    @Test func tensorsAreReadByNameOrRefusedByName() throws {
        let tensors = SafeTensors(entries: [
            "i": .init(ints: [1, -2], shape: [2]), "f": .init(floats: [0.5], shape: []),
        ])
        #expect(try tensors.ints("i") == [1, -2])
        #expect(try tensors.floats("i") == [1, -2])
        #expect(try tensors.floats("f") == [0.5])
        #expect(throws: Problem.self) { try tensors.ints("f") }
        let problem = try #require(throws: Problem.self) { try tensors.floats("none") }
        #expect(problem.message.contains("'none'"))
    }

    @Test func digestsAreThoseOfTheSpecification() {
        #expect(Digest("").description == "ef46db3751d8e999")
        #expect(Digest("a").description == "d24ec4f1a98c6e5b")
        #expect(Digest("abc").description == "44bc2cf5ad770999")
        #expect(Digest("Nobody inspects the spammish repetition").description == "fbcea83c8a378bf1")
    }
}
