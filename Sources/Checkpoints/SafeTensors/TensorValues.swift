import Diagnostics

extension SafeTensors.Entry {
    /// Numbers in row-major order as a tensor of type `F32`.
    public init(floats: [Float], shape: [Int]) {
        self.init(type: "F32", shape: shape, bytes: floats.withUnsafeBytes { Array($0) })
    }

    /// Numbers in row-major order, rounded to half precision, as a tensor of type `F16`.
    public init(halvesOf floats: [Float], shape: [Int]) {
        let halves = floats.map { Float16($0).bitPattern.littleEndian }
        self.init(type: "F16", shape: shape, bytes: halves.withUnsafeBytes { Array($0) })
    }

    /// Whole numbers in row-major order as a tensor of type `I64`.
    public init(ints: [Int], shape: [Int]) {
        self.init(type: "I64", shape: shape, bytes: ints.withUnsafeBytes { Array($0) })
    }

    /// The values as Float32, nil when the type holds no real numbers.
    ///
    /// Half precision becomes Float32 exactly; Float64 and whole numbers are rounded to nearest.
    public func floats() -> [Float]? {
        bytes.withUnsafeBytes { raw in
            switch type {
            case "F32": convert(raw, from: UInt32.self) { Float(bitPattern: UInt32(littleEndian: $0)) }
            case "F16": convert(raw, from: UInt16.self) { Float(half: UInt16(littleEndian: $0)) }
            case "BF16": convert(raw, from: UInt16.self) { Float(bitPattern: UInt32(UInt16(littleEndian: $0)) << 16) }
            case "F64": convert(raw, from: UInt64.self) { Float(Double(bitPattern: UInt64(littleEndian: $0))) }
            default: ints()?.map { Float($0) }
            }
        }
    }

    /// The values of a tensor of whole numbers or truth values, nil when the type holds others or one is too large.
    public func ints() -> [Int]? {
        bytes.withUnsafeBytes { raw in
            switch type {
            case "I64": convert(raw, from: Int64.self) { Int(Int64(littleEndian: $0)) }
            case "I32": convert(raw, from: Int32.self) { Int(Int32(littleEndian: $0)) }
            case "I16": convert(raw, from: Int16.self) { Int(Int16(littleEndian: $0)) }
            case "I8": convert(raw, from: Int8.self) { Int($0) }
            case "U8", "BOOL": convert(raw, from: UInt8.self) { Int($0) }
            case "U16": convert(raw, from: UInt16.self) { Int(UInt16(littleEndian: $0)) }
            case "U32": convert(raw, from: UInt32.self) { Int(UInt32(littleEndian: $0)) }
            case "U64": exactInts(raw)
            default: nil
            }
        }
    }

    private func exactInts(_ raw: UnsafeRawBufferPointer) -> [Int]? {
        let values = convert(raw, from: UInt64.self) { Int(exactly: UInt64(littleEndian: $0)) }
        return values.contains(nil) ? nil : values.compactMap { $0 }
    }

    @inline(__always)
    private func convert<Stored, Value>(
        _ raw: UnsafeRawBufferPointer, from stored: Stored.Type, _ value: (Stored) -> Value
    ) -> [Value] where Stored: BitwiseCopyable {
        let size = MemoryLayout<Stored>.size
        let count = raw.count / size
        return [Value](unsafeUninitializedCapacity: count) { buffer, filled in
            for index in 0..<count {
                let element = raw.loadUnaligned(fromByteOffset: index * size, as: Stored.self)
                (buffer.baseAddress! + index).initialize(to: value(element))
            }
            filled = count
        }
    }
}

extension SafeTensors {
    /// The values of the tensor `name` as Float32.
    ///
    /// - Throws: `Problem` when there is no such tensor, or its type holds no real numbers.
    public func floats(_ name: String) throws -> [Float] {
        let entry = try entry(name)
        guard let values = entry.floats() else { throw wrongType(name, entry, wanted: "numbers") }
        return values
    }

    /// The values of the tensor `name` of whole numbers.
    ///
    /// - Throws: `Problem` when there is no such tensor, or it holds something else.
    public func ints(_ name: String) throws -> [Int] {
        let entry = try entry(name)
        guard let values = entry.ints() else { throw wrongType(name, entry, wanted: "whole numbers") }
        return values
    }

    private func entry(_ name: String) throws -> Entry {
        guard let entry = entries[name] else {
            throw Problem("there is no tensor '\(name)'", remedy: "Check that this file belongs to this model")
        }
        return entry
    }

    private func wrongType(_ name: String, _ entry: Entry, wanted: String) -> Problem {
        Problem(
            "tensor '\(name)' has type \(entry.type), not \(wanted)",
            remedy: "Check that this file belongs to this model")
    }
}

extension Float {
    /// The value of an IEEE 754 half-precision number, exactly.
    @inline(__always)
    init(half bits: UInt16) {
        let sign = UInt32(bits & 0x8000) << 16
        let magnitude = UInt32(bits & 0x7FFF)
        // A subnormal half is given the exponent of the smallest normal one, and the implied one is taken off again.
        let isSubnormal = magnitude < 0x400
        let shifted = magnitude << 13
        let normal = shifted &+ 0x3800_0000
        let subnormal = (Float(bitPattern: shifted | 0x3880_0000) - Float(bitPattern: 0x3880_0000)).bitPattern
        let special = shifted | 0x7F80_0000
        let value = isSubnormal ? subnormal : (magnitude >= 0x7C00 ? special : normal)
        self = Float(bitPattern: sign | value)
    }
}
