/** A site of one page: links change what `main` shows, and the browser never loads anything anew. */

const PAGES = {
  one: { title: "The first post", posts: ["/one"] },
  two: { title: "The second post", posts: ["/two"] },
  both: { title: "Both posts", posts: ["/one", "/two"] },
  about: { title: "About", posts: [] },
};

const main = document.querySelector("main");

function show() {
  const { title, posts } =
    PAGES[new URLSearchParams(location.search).get("page")] ?? PAGES.one;
  const heading = document.createElement("h1");
  heading.textContent = document.title = title;
  const [shown] = main.querySelectorAll("afterword-comments");
  const elements = posts.map((post, index) => {
    // an element that stays follows its attributes; what is left out ends by itself
    const element =
      (index === 0 && shown) || document.createElement("afterword-comments");
    element.setAttribute("post", post);
    return element;
  });
  main.replaceChildren(heading, ...elements);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("nav a");
  if (!link) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  show();
});
addEventListener("popstate", show);
show();
