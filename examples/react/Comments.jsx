import {useEffect} from 'react'

const SERVICE = 'https://comments.example'

/**
 * The comments under a post.  When `post` changes, the element follows by itself.
 *
 * @param {{post: string, lang?: string}} props
 */
export function Comments({post, lang}) {
  useEffect(() => {
    import(/* @vite-ignore */ /* webpackIgnore: true */ `${SERVICE}/widget.js`)
  }, [])
  return (
    <afterword-comments post={post} lang={lang}>
      <a href={`${SERVICE}/thread?post=${encodeURIComponent(post)}`}>Read and write comments</a>
    </afterword-comments>
  )
}
