import Foundation
import Tensors
import Testing

/// What a recording books, and where.
@Suite(.serialized) struct KernelProfileTests {
    private func book(_ kernel: String, block: String = "", _ body: () -> Void = {}) {
        KernelProfile.measure(KernelCall(kernel: kernel, block: block), body)
    }

    @Test func callsAreAddedUpByBlockAndKernelInTheOrderOfTheFirstOnes() {
        let entries = KernelProfile.record {
            KernelProfile.within("student") {
                KernelProfile.within("4 C2f") { for _ in 0..<3 { book("copy") } }
                book("copy")
            }
            book("norm", block: "update")
        }
        #expect(entries.map(\.call.block) == ["student 4 C2f", "student", "update"])
        #expect(entries.map(\.call.kernel) == ["copy", "copy", "norm"])
        #expect(entries.map(\.count) == [3, 1, 1])
    }

    @Test func laterWorkIsBookedWhereItBelongs() {
        var place = ""
        let entries = KernelProfile.record {
            KernelProfile.within("student") { KernelProfile.within("0 Conv") { place = KernelProfile.block } }
            KernelProfile.within("loss") {
                KernelProfile.resuming(place) { book("convolution weights") }
                book("terms")
            }
        }
        #expect(place == "student 0 Conv")
        #expect(entries.map(\.call.block) == ["student 0 Conv", "loss"])
    }

    @Test func aKernelInsideOfAnotherIsBookedAlone() throws {
        let start = Date()
        let entries = KernelProfile.record {
            book("outer") {
                book("inner") { usleep(20_000) }
                book("inner") { usleep(20_000) }
            }
        }
        let wall = Date().timeIntervalSince(start)
        let times = Dictionary(uniqueKeysWithValues: entries.map { ($0.call.kernel, $0.seconds) })
        let (inner, outer) = (try #require(times["inner"]), try #require(times["outer"]))
        #expect(inner >= 0.04)
        #expect(outer >= 0 && inner + outer <= wall)
    }

    @Test func otherThreadsAndOtherTimesAreNotBooked() {
        book("before")
        #expect(KernelProfile.block == "")
        let entries = KernelProfile.record {
            let isDone = DispatchSemaphore(value: 0)
            Thread {
                book("elsewhere")
                isDone.signal()
            }.start()
            isDone.wait()
            book("here")
        }
        #expect(entries.map(\.call.kernel) == ["here"])
        #expect(KernelProfile.record {}.isEmpty)
    }

    @Test func aPassMovesItsTensorAsOftenAsItSays() {
        let tensor = Tensor(Shape(2, 4, 8, 16))
        let call = KernelCall.pass("moments", over: tensor, passes: 1.5)
        #expect(call.bytes == 6144)
        #expect(call.shape == "16 @4x8")
        #expect(KernelCall.pass("norm", overValues: 10, passes: 2, block: "update").bytes == 80)
    }
}
