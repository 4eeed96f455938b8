// What Python hands over stays through a reload, for as long as the tab is open.
export default {
  render({ model }) {
    const place = `orderkit ${model.get("key")}`;
    const stored = sessionStorage.getItem(place);
    if (stored) {
      model.set("restored", JSON.parse(stored));
      model.save_changes();
    }
    model.on("change:state", () => {
      sessionStorage.setItem(place, JSON.stringify(model.get("state")));
    });
  },
};
