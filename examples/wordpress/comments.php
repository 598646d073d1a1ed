<?php
/**
 * What a classic theme prints where its comments were: afterword.php names this file to WordPress.
 */

defined( 'ABSPATH' ) || exit;

echo afterword_comments(); // phpcs:ignore WordPress.Security.EscapeOutput -- escaped where it is made
