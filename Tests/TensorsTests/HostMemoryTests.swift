import Foundation
import Tensors
import Testing

#if os(Linux)
    /// Two processes are two users of the same pages here: what one publishes the other adopts through its descriptor.
    @Suite struct HostMemoryTests {
        private static let count = 100_000

        private func buffer() -> Tensor { Tensor(lasting: Shape(1, 1, 1, Self.count)) }

        private func publish(_ key: String, _ tensor: Tensor, value: Float) throws -> HostMemory {
            let memory = HostMemory.publish {
                HostMemory.fill(key, tensor) { tensor.fill(value) }
            }
            return try #require(memory)
        }

        @Test func valuesAreMadeOnceAndSeenByAll() throws {
            let (first, second) = (buffer(), buffer())
            let memory = try publish("a", first, value: 3)
            var made = false
            let adopted = HostMemory.adopt(memory.index) {
                HostMemory.fill("a", second) { made = true }
            }
            #expect(!made)
            #expect(adopted?.sharedBytes == memory.sharedBytes && memory.sharedBytes >= 4 * Self.count)
            #expect(first.values.allSatisfy { $0 == 3 } && second.values.allSatisfy { $0 == 3 })
        }

        @Test func whoWritesWritesForHimself() throws {
            let (first, second) = (buffer(), buffer())
            let memory = try publish("a", first, value: 3)
            HostMemory.adopt(memory.index) {
                HostMemory.fill("a", second) { Issue.record("made again") }
            }
            second.pointer[7] = 5
            first.pointer[8] = 6
            #expect(first.pointer[7] == 3 && second.pointer[8] == 3)
            #expect(second.pointer[7] == 5 && first.pointer[8] == 6)
        }

        @Test func anotherPieceIsMadeByWhoeverNeedsIt() throws {
            let (first, second) = (buffer(), buffer())
            let memory = try publish("a", first, value: 3)
            let adopted = HostMemory.adopt(memory.index) {
                HostMemory.fill("b", second) { second.fill(4) }
            }
            #expect(adopted?.sharedBytes == 0)
            #expect(second.values.allSatisfy { $0 == 4 })
        }

        /// Only their places tell layers of one shape apart.
        @Test func buffersOfOneKindKeepTheirPlaces() throws {
            let small = Tensor(lasting: Shape(1, 1, 1, 10))
            let (first, second) = (buffer(), buffer())
            let memory = try #require(
                HostMemory.publish {
                    HostMemory.fill("layer", first) { first.fill(1) }
                    HostMemory.fill("layer", second) { second.fill(2) }
                })
            #expect(memory.index.pieces.map(\.place) == [0, 1])
            let adopted = buffer()
            HostMemory.adopt(memory.index) {
                // Too small for pages of its own.
                HostMemory.fill("layer", small) { small.fill(1) }
                HostMemory.fill("layer", adopted) { Issue.record("made again") }
            }
            #expect(adopted.values.allSatisfy { $0 == 2 })
        }

        @Test(arguments: ["no such process", "another file", "another number", "another size"])
        func memoryOutOfReachIsMadeAgain(_ fault: String) throws {
            let (first, second) = (buffer(), buffer())
            var index = try publish("a", first, value: 3).index
            switch fault {
            case "no such process": index.process = .max
            case "another file": index.file = 0
            case "another number": index.number += 1
            default: index.bytes += 4096
            }
            let adopted = HostMemory.adopt(index) {
                HostMemory.fill("a", second) { second.fill(3) }
            }
            #expect(adopted == nil)
            #expect(second.values.allSatisfy { $0 == 3 })
        }
    }
#endif
