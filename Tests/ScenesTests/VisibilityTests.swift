import Testing

@testable import Scenes

struct VisibilityTests {
    private func canvas() -> Canvas {
        let canvas = Canvas(width: 100, height: 80)
        canvas.begin(nil)
        canvas.box(0, 0, 100, 80, rgb(0.5, 0.5, 0.5))
        return canvas
    }

    @Test func aBoxIsTheExtentOfWhatWasDrawn() {
        let canvas = canvas()
        canvas.begin(2)
        canvas.box(20, 10, 40, 60, rgb(1, 0, 0))
        let found = Visibility.sightings(on: canvas)
        #expect(found.map(\.category) == [2])
        #expect(found.map(\.bounds) == [Bounds(left: 20, top: 10, right: 40, bottom: 60)])
    }

    @Test func whatStandsInFrontCutsTheBox() {
        let canvas = canvas()
        canvas.begin(2)
        canvas.box(20, 10, 40, 60, rgb(1, 0, 0))
        canvas.begin(nil)
        canvas.box(0, 45, 100, 80, rgb(0, 1, 0))
        canvas.begin(4)
        canvas.box(30, 20, 60, 50, rgb(0, 0, 1))
        let found = Visibility.sightings(on: canvas)
        #expect(found.map(\.category) == [2, 4])
        #expect(found[0].bounds == Bounds(left: 20, top: 10, right: 40, bottom: 45))
        #expect(found[1].bounds == Bounds(left: 30, top: 20, right: 60, bottom: 50))
    }

    @Test func anObjectThatIsMostlyHiddenIsNotLabelled() {
        let canvas = canvas()
        canvas.begin(2)
        canvas.box(20, 10, 40, 60, rgb(1, 0, 0))
        canvas.begin(nil)
        canvas.box(0, 20, 100, 80, rgb(0, 1, 0))
        #expect(Visibility.sightings(on: canvas).isEmpty)
    }

    @Test func anObjectOfTheBackgroundsColourIsNotLabelled() {
        let canvas = canvas()
        canvas.begin(2)
        canvas.box(20, 10, 40, 60, rgb(0.51, 0.5, 0.5))
        #expect(Visibility.sightings(on: canvas).isEmpty)
    }

    @Test func tinyObjectsAndSpecksAreNotLabelled() {
        let canvas = canvas()
        canvas.begin(1)
        canvas.box(20, 10, 23, 60, rgb(1, 0, 0))
        #expect(Visibility.sightings(on: canvas).isEmpty)
        let second = self.canvas()
        second.begin(3)
        second.box(20, 10, 60, 50, rgb(1, 0, 0))
        second.box(90, 70, 91, 71, rgb(1, 0, 0))
        #expect(Visibility.sightings(on: second).map(\.bounds) == [Bounds(left: 20, top: 10, right: 60, bottom: 50)])
    }

    @Test func lightThatAThingThrowsIsNoPartOfIt() {
        let canvas = canvas()
        canvas.begin(0)
        canvas.halo(at: Point(30, 30), radius: 28, light: rgb(0.5, 0.3, 0, 0))
        canvas.box(20, 20, 40, 40, rgb(1, 0.5, 0))
        #expect(Visibility.sightings(on: canvas).map(\.bounds) == [Bounds(left: 20, top: 20, right: 40, bottom: 40)])
    }

    /// The boxes of whole scenes against the coverage of every layer that was drawn later.
    @Test func boxesOfSceneObjectsEncloseTheirVisiblePixelsTightly() {
        var checked = 0
        for index in 0..<25 {
            let plan = Composition(width: 160, height: 160, options: SceneOptions(seed: 5), index: index)
            let canvas = Canvas(width: 160, height: 160)
            for thing in plan.things {
                canvas.begin(thing.category?.rawValue)
                thing.draw(on: canvas, in: plan.world)
            }
            let found = Visibility.sightings(on: canvas)
            for sighting in found {
                let layer = canvas.layers[sighting.layer]
                let later = canvas.layers[(sighting.layer + 1)...]
                let (inside, outside, edges) = visible(layer, behind: later, sighting.bounds)
                checked += 1
                #expect(layer.category == sighting.category)
                #expect(edges == 4, "scene \(index), class \(sighting.category)")
                #expect(Float(outside) <= 0.08 * Float(inside), "scene \(index), class \(sighting.category)")
            }
        }
        #expect(checked > 25)
    }

    /// Clearly visible pixels inside and outside of a box, and how many of its four edges touch one.
    private func visible(_ layer: Layer, behind later: ArraySlice<Layer>, _ box: Bounds) -> (Int, Int, Int) {
        var inside = 0
        var outside = 0
        var edges = Set<Int>()
        for y in layer.bounds.top..<layer.bounds.bottom {
            for x in layer.bounds.left..<layer.bounds.right {
                var clear = coverage(layer, x, y)
                for other in later { clear *= 1 - coverage(other, x, y) }
                guard clear > 0.35 || (clear > 0.22 && (layer.category == 0 || layer.category == 3)) else { continue }
                if x < box.left || x >= box.right || y < box.top || y >= box.bottom {
                    outside += 1
                    continue
                }
                inside += 1
                if x == box.left { edges.insert(0) }
                if y == box.top { edges.insert(1) }
                if x == box.right - 1 { edges.insert(2) }
                if y == box.bottom - 1 { edges.insert(3) }
            }
        }
        return (inside, outside, edges.count)
    }

    private func coverage(_ layer: Layer, _ x: Int, _ y: Int) -> Float {
        let bounds = layer.bounds
        guard x >= bounds.left, x < bounds.right, y >= bounds.top, y < bounds.bottom else { return 0 }
        return layer.coverage[(y - bounds.top) * bounds.width + x - bounds.left]
    }
}
