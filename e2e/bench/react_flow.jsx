// React Flow with a graph from outside: `begin(graph, options)` gives the ms until it has been painted.
import { ReactFlow } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { createRoot } from "react-dom/client";

const twoFrames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

globalThis.begin = async ({ edges, centres }, { fitted, onlyVisible }) => {
  const nodes = centres.map(([x, y], at) => ({ id: `${at}`, position: { x: x - 106, y: y - 49 }, data: { label: `c-${at}` }, style: { width: 212, height: 98 } }));
  const lines = edges.map(([on, node], at) => ({ id: `e${at}`, source: `${on}`, target: `${node}` }));
  const begun = performance.now();
  let ready;
  const there = new Promise((done) => (ready = done));
  createRoot(document.getElementById("root")).render(
    <ReactFlow defaultNodes={nodes} defaultEdges={lines} fitView={fitted} minZoom={0.01} panOnScroll onlyRenderVisibleElements={onlyVisible} onInit={ready} proOptions={{ hideAttribution: true }} />,
  );
  await there;
  await twoFrames();
  return performance.now() - begun;
};
