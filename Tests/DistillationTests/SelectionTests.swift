import Distillation
import Tensors
import Testing

@Suite struct SelectionTests {
    @Test func plantedConfidencesAreFoundPerImageInDescendingOrder() {
        // Two images, six anchors, two classes.
        var values = [Float](repeating: -9, count: 24)
        values[0 * 2 + 1] = 1  // image 0, anchor 0
        values[4 * 2 + 0] = 3  // image 0, anchor 4
        values[5 * 2 + 1] = 2  // image 0, anchor 5
        values[12 + 2 * 2] = -8  // image 1, anchor 2
        values[12 + 3 * 2 + 1] = -7  // image 1, anchor 3
        let selection = Selection(mostConfident: 2, of: Tensor(Shape(2, 1, 6, 2), values))
        #expect(selection.anchors == [[4, 5], [3, 2]])
        #expect(selection.count == 4)
    }

    @Test func tiesGoToTheLowerAnchor() {
        let values: [Float] = [1, 2, 2, 0, 2, 1]
        let scores = Tensor(Shape(1, 1, 6, 1), values)
        #expect(Selection(mostConfident: 2, of: scores).anchors == [[1, 2]])
        #expect(Selection(mostConfident: 4, of: scores).anchors == [[1, 2, 4, 0]])
    }

    @Test(arguments: [0, 6, 7, 1000])
    func moreThanThereAreTakesAll(_ limit: Int) {
        let scores = Tensor(Shape(1, 1, 6, 1), [1, 2, 2, 0, 2, 1])
        #expect(Selection(mostConfident: limit, of: scores).anchors == [[1, 2, 4, 0, 5, 3]])
    }

    @Test func logitsThatSaturateAreStillOrdered() {
        let scores = Tensor(Shape(1, 1, 3, 1), [30, 50, 40])
        #expect(Selection(mostConfident: 2, of: scores).anchors == [[1, 2]])
    }

    @Test func notANumberComesLast() {
        #expect(descendingOrder(of: [.nan, -.infinity, 1, -0.0, 0, .infinity], limit: 6) == [5, 2, 3, 4, 1, 0])
        let scores = Tensor(Shape(1, 1, 2, 2), [.nan, .nan, -5, .nan])
        #expect(Selection(mostConfident: 1, of: scores).anchors == [[1]])
    }

    @Test func fewOfManyAreTheFrontOfTheWholeOrder() {
        var stream = RandomStream(5)
        let values = (0..<5000).map { _ in Float(stream.integer(below: 700)) }
        let all = descendingOrder(of: values, limit: values.count)
        #expect(all == values.indices.sorted { (-values[$0], $0) < (-values[$1], $1) })
        for limit in [0, 1, 10, 100, 1249, 1250, 4000] {
            #expect(descendingOrder(of: values, limit: limit) == Array(all.prefix(limit)))
        }
    }

    @Test func aViewOfChannelsSelectsLikeItsCopy() {
        var stream = RandomStream(6)
        let values = (0..<2 * 30 * 7).map { _ in Float(stream.normal()) }
        let view = Tensor(Shape(2, 1, 30, 7), values).channels(2..<5)
        #expect(Selection(mostConfident: 9, of: view) == Selection(mostConfident: 9, of: view.copied()))
    }
}
